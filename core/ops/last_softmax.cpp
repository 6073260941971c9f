// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/last_softmax.h"

namespace lathe {

const Node* lastSoftmax(const Graph& graph, ValueId output)
{
    const NodeId maker = graph.producer(output);
    if (!maker.valid())
        return nullptr;
    const Node& node = graph.node(maker);
    return node.op == "Softmax" && node.domain.empty() ? &node : nullptr;
}

std::string comparedValue(const Graph& graph, ValueId output)
{
    const Node* softmax = lastSoftmax(graph, output);
    return graph.value(softmax ? softmax->input(0) : output).name;
}

}
