// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include "core/ops/infer_shapes.h"

namespace lathe::test {

/// The graph with a Softmax behind its first output: "chances".
inline Graph withSoftmax(Graph graph)
{
    Value chances;
    chances.name = "chances";
    Node softmax;
    softmax.op = "Softmax";
    softmax.name = chances.name;
    softmax.inputs = {graph.outputs.front()};
    softmax.outputs = {graph.addValue(std::move(chances))};
    graph.outputs = softmax.outputs;
    graph.addNode(std::move(softmax));
    inferShapes(graph);
    return graph;
}

}
