// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/channel_axis.h"

#include <algorithm>

namespace lathe {

int weightChannelAxis(const Node& node, const OpTraits& traits, int rank)
{
    if (node.op == "Gemm")
        return node.integer("transB", 0) != 0 ? 0 : 1;
    const int axis = traits.weightChannelAxis;
    return axis < 0 ? std::max(0, axis + rank) : axis;
}

namespace {

int rankOf(const Graph& graph, ValueId id)
{
    const Value& value = graph.value(id);
    return value.shape ? value.shape->rank() : -1;
}

int behindTranspose(const Node& node, int axis, int rank)
{
    const std::vector<std::int64_t> perm = node.integers("perm");
    if (perm.empty())
        return rank - 1 - axis;
    const auto found = std::find(perm.begin(), perm.end(), axis);
    return found == perm.end() ? axis : static_cast<int>(found - perm.begin());
}

/// The channel axis of the node's outputs, given that the axes of its inputs are known.
int outputAxis(const Graph& graph, const Node& node, int rank)
{
    if (node.op == "MatMul" || node.op == "LayerNormalization" || node.op == "QLinearMatMul" || node.op == "MatMulInteger")
        return rank - 1;
    for (const ValueId input : node.inputs) {
        if (!input.valid() || graph.value(input).isConstant() || rankOf(graph, input) != rank)
            continue;
        const int axis = graph.value(input).channelAxis;
        return node.op == "Transpose" ? behindTranspose(node, axis, rank) : axis;
    }
    return 1;
}

int clampedAxis(int axis, int rank)
{
    return rank < 0 ? axis : std::clamp(axis, 0, std::max(0, rank - 1));
}

}

void inferChannelAxes(Graph& graph)
{
    for (const ValueId id : graph.inputs)
        graph.value(id).channelAxis = clampedAxis(1, rankOf(graph, id));
    for (const Node& node : graph.nodes()) {
        for (const ValueId output : node.outputs)
            if (output.valid()) {
                const int rank = rankOf(graph, output);
                graph.value(output).channelAxis = clampedAxis(outputAxis(graph, node, rank), rank);
            }
        const Op* op = findOp(node);
        if (!op || op->traits.weightOperand < 0)
            continue;
        const ValueId weight = node.input(static_cast<std::size_t>(op->traits.weightOperand));
        if (weight.valid() && graph.value(weight).isConstant() && rankOf(graph, weight) > 0)
            graph.value(weight).channelAxis =
                clampedAxis(weightChannelAxis(node, op->traits, rankOf(graph, weight)), rankOf(graph, weight));
    }
}

}
