// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/algorithms/weight_layer.h"

namespace lathe {

/// A value whose error counts, and how much.
struct WatchedValue
{
    std::string name;
    double share = 1;
};

/// The parts of a model's outputs (comparedParts(); weight 1 together), and the outputs of its layers with
/// weights (`features` together). Values of float64 are left out.
std::vector<WatchedValue> valuesToWatch(const Graph& graph, const std::vector<WeightLayer>& layers,
                                        double features);

/// The sum of squared errors times `weight`.
double squaredError(std::span<const float> expected, std::span<const float> actual, double weight);
/// The same; its gradient goes to `gradient`.
double squaredError(std::span<const float> expected, std::span<const float> actual, double weight,
                    std::span<float> gradient);

} // namespace lathe
