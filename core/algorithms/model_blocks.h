// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/algorithms/weight_layer.h"

namespace lathe {

/// A stretch of a graph between outputs of layers.
struct ModelBlock
{
    std::vector<std::string> outputs; ///< what nodes behind it read, and values that models are compared at
    std::int64_t layers = 0;          ///< those with weights
};

/// Cuts a graph where few values cross, one where that can be, so that each block has about `layersEach`
/// layers with weights: a residual block stays whole, layers one behind the other are taken together. In
/// order; what comes behind the last place where models are compared is left out.
std::vector<ModelBlock> modelBlocks(const Graph& graph, const std::vector<WeightLayer>& layers,
                                    std::int64_t layersEach);

} // namespace lathe
