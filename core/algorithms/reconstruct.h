// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"
#include "core/algorithms/rounding_problem.h"

namespace lathe {

struct ReconstructOptions
{
    double damping = 0.01; ///< added to the diagonal of H, in parts of its mean
    double pull = 0.1; ///< the same where a target is moved to make up for earlier layers; 0: found by halves
    bool propagate = true; ///< inputs as earlier quantized layers give them; false: those of the float model
    bool means = true;     ///< leave the mean of the error to the bias, and correct that
    bool shrink = true; ///< trust correlations of the input less where there are fewer positions than inputs
    std::int64_t views = 1; ///< of each picture
    int passes = 1000;  ///< at most so many groups of layers, each seeing the results of those before
};

/// The options that algorithms of this kind share, for their own lists.
std::vector<Option> reconstructOptions();
ReconstructOptions reconstructOptions(const std::vector<Option>& declared, const OptionValues& values);

/// Rounds layer by layer, from the first to the last: forms each layer's problem from the moments of its
/// input, has it solved, and corrects the bias. Layers that cannot be treated so are noted with the reason.
std::vector<LayerNote> reconstructLayers(QuantState& state, const AlgorithmContext& context,
                                         const ReconstructOptions& options, const RoundingSolver& solver);

} // namespace lathe
