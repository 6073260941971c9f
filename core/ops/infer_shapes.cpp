// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_shapes.h"

#include "core/ops/channel_axis.h"
#include "core/ops/inference.h"

namespace lathe {

namespace {

std::string inputNames(const Graph& graph)
{
    std::string names;
    for (const ValueId id : graph.inputs)
        names += (names.empty() ? "" : ", ") + graph.value(id).name;
    return names;
}

void setInputShapes(Graph& graph, const std::map<std::string, Shape>& inputShapes)
{
    for (const auto& [name, shape] : inputShapes) {
        const ValueId id = graph.find(name);
        if (!id.valid() || !graph.isInput(id))
            throw Error(ErrorCode::inputUnknown, name, {{"input", name}, {"inputs", inputNames(graph)}});
        std::optional<Shape>& current = graph.value(id).shape;
        if (current && current->rank() != shape.rank())
            throw Error(ErrorCode::shapeMismatch, name, {{"actual", shape.text()}, {"expected", current->text()}});
        current = shape;
    }
}

/// Shapes of node outputs may have been stated or inferred for other input shapes.
void forgetOutputShapes(Graph& graph)
{
    for (const Node& node : graph.nodes())
        for (const ValueId output : node.outputs)
            if (output.valid() && findOp(node))
                graph.value(output).shape.reset();
}

}

void inferShapes(Graph& graph, const std::map<std::string, Shape>& inputShapes)
{
    if (!inputShapes.empty()) {
        setInputShapes(graph, inputShapes);
        forgetOutputShapes(graph);
    }
    Inference inference(graph);
    for (std::size_t i = 0; i < graph.nodes().size(); ++i)
        inference.inferNode(NodeId{static_cast<std::int32_t>(i)});
    inferChannelAxes(graph);
}

Graph withInputShapes(const Graph& graph, const std::map<std::string, Shape>& inputShapes)
{
    Graph result = graph;
    setInputShapes(result, inputShapes);
    for (const ValueId id : result.inputs)
        if (std::optional<Shape>& shape = result.value(id).shape)
            for (int axis = 0; axis < shape->rank(); ++axis)
                if ((*shape)[axis] < 0)
                    (*shape)[axis] = 1;
    forgetOutputShapes(result);
    inferShapes(result);
    return result;
}

}
