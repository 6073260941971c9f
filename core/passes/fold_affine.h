// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/patch.h"
#include "core/passes/uses.h"

namespace lathe {

/// y = scale[c] * x + shift[c] over the output channels of a layer; one element each when it is the same for all.
struct Affine {
    std::vector<double> scale;
    std::vector<double> shift;
};

/// A Conv, ConvTranspose, Gemm or MatMul of matrices that can absorb an affine function of its output's channels (axis 1).
struct WeightedNode {
    NodeId node;
    std::int64_t channels = 0;
};

/// The weighted node that writes `value`, when it alone is read by `reader` and its weights are constants in float32 or
/// float64.
std::optional<WeightedNode> weightedBefore(const Graph& graph, const Uses& uses, ValueId value, NodeId reader);

/// Adds to `patch`: the weighted node with `affine` folded into its weight and bias, writing `output` (the value that
/// `reader` wrote, whose name the layer takes); both old nodes dropped. A MatMul becomes a Gemm. False, and nothing added,
/// when a folded weight would not be finite. Computed in float64, rounded once.
bool foldAffine(const Graph& graph, const Uses& uses, const WeightedNode& weighted, const Affine& affine, NodeId reader,
                Patch& patch);

}  // namespace lathe
