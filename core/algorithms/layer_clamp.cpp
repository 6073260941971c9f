// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/layer_clamp.h"

namespace lathe {

Clamp clampOf(const Graph& graph, const Layer& layer)
{
    Clamp clamp;
    for (std::size_t i = 1; i < layer.nodes.size(); ++i) {
        const Node& node = graph.node(layer.nodes[i]);
        const Tensor* low = node.op == "Clip" ? graph.constant(node.input(1)) : nullptr;
        const Tensor* high = node.op == "Clip" ? graph.constant(node.input(2)) : nullptr;
        if (node.op == "Relu")
            clamp.kind = Clamp::Kind::relu;
        else if (low && low->elements() == 1 && low->at(0) == 0 && !node.input(2).valid())
            clamp.kind = Clamp::Kind::relu;
        else if (low && low->elements() == 1 && low->at(0) == 0 && high && high->elements() == 1 &&
                 high->at(0) > 0)
            clamp = {Clamp::Kind::clip, high->at(0), node.input(2)};
        else if (node.op != "Add")
            clamp.kind = Clamp::Kind::other;
    }
    return clamp;
}

} // namespace lathe
