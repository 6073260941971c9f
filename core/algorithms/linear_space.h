// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/algorithms/scalable_layer.h"

namespace lathe {

/// Vectors that layers make and layers read with nothing but linear maps between: sums, moves, averages,
/// products with attention weights, dot products with one another. They can be rotated where they are made if
/// they are rotated back where they are read.
struct LinearSpace
{
    /// A constant that joins in: an offset, an embedding, a token of its own.
    struct Constant
    {
        std::string name;
        int axis = 0;
    };
    std::vector<std::size_t> makers;  ///< layers whose rows are channels of it
    std::vector<std::size_t> readers; ///< layers whose inputs are
    std::vector<Constant> constants;
    int dotProducts = 0;    ///< where vectors are multiplied with one another
    std::int64_t block = 0; ///< so long are the vectors that can be rotated, all by the same rotation
    std::string refusal;    ///< why they cannot; empty where they can
};

/// One for each set of layers without a clamp whose outputs meet.
std::vector<LinearSpace> linearSpaces(const Graph& graph, const std::vector<ScalableLayer>& layers);

} // namespace lathe
