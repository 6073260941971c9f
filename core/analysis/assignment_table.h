// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/analysis/assignment.h"

namespace lathe {

/// One way to treat a layer.
struct LayerChoice
{
    LayerFormats formats;
    bool further = false;      ///< a format that uniform plans of so many bits do not mean
    double noise = 0;          ///< of the first output, relative to its signal
    std::vector<double> costs; ///< bytes of the weights, then what the further limits count
};

/// A layer with everything that may be chosen for it; one choice where it is locked.
struct LayerChoices
{
    const Layer* layer = nullptr;
    std::vector<LayerChoice> choices;
};

/// What may be chosen, from the isolated effects that were measured (or else estimated).
std::vector<LayerChoices> choicesOf(const Graph& graph, const std::vector<Layer>& layers,
                                    const Sensitivity& sensitivity, const QuantPlan& base,
                                    const AssignmentOptions& options);

/// `base` with the chosen bits; locked layers stay as they are.
QuantPlan planWith(const QuantPlan& base, const std::vector<LayerChoices>& table,
                   const std::vector<std::size_t>& chosen);

/// Output SQNR in dB of noise powers that add up.
double predictedSqnrDb(const std::vector<LayerChoices>& table, const std::vector<std::size_t>& chosen);

/// The choice of every layer that comes nearest to these weight bits from below, with activations as fine as
/// can be.
std::vector<std::size_t> uniformChoice(const std::vector<LayerChoices>& table, int weightBits);

}
