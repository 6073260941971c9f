// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/upgrade.h"

#include "core/ops/infer_shapes.h"
#include "core/ops/inference.h"

namespace lathe {

std::string outputName(const Graph& graph, NodeId node)
{
    for (const ValueId output : graph.node(node).outputs)
        if (output.valid())
            return graph.value(output).name;
    return graph.node(node).op;
}

ValueId addOperandConstant(Graph& graph, NodeId node, std::string_view suffix, Tensor constant)
{
    return graph.addConstant(graph.freshName(outputName(graph, node) + "_" + std::string(suffix)), std::move(constant));
}

void setOperand(Graph& graph, NodeId node, std::size_t index, ValueId value)
{
    std::vector<ValueId>& inputs = graph.node(node).inputs;
    if (inputs.size() <= index)
        inputs.resize(index + 1);
    inputs[index] = value;
}

void attributeToOperand(Graph& graph, NodeId node, std::string_view key, std::size_t index)
{
    if (!graph.node(node).has(key))
        return;
    const std::vector<std::int64_t> values = graph.node(node).integers(key);
    const Shape shape{static_cast<std::int64_t>(values.size())};
    setOperand(graph, node, index,
               addOperandConstant(graph, node, key, Tensor::of<std::int64_t>(shape, std::span(values))));
    eraseAttribute(graph, node, key);
}

void realToOperand(Graph& graph, NodeId node, std::string_view key, std::size_t index)
{
    if (!graph.node(node).has(key))
        return;
    Tensor constant = Tensor::scalar(graph.node(node).real(key, 0));
    if (const ValueId data = graph.node(node).input(0); data.valid() && isFloat(graph.value(data).dtype))
        constant = constant.converted(graph.value(data).dtype);
    setOperand(graph, node, index, addOperandConstant(graph, node, key, std::move(constant)));
    eraseAttribute(graph, node, key);
}

void eraseAttribute(Graph& graph, NodeId node, std::string_view key)
{
    Attributes& attributes = graph.node(node).attributes;
    if (const auto found = attributes.find(key); found != attributes.end())
        attributes.erase(found);
}

namespace {

constexpr int targetOpset = 13;

void upgradeGraph(Graph& graph, int fromOpset);

void upgradeBodies(Graph& graph, NodeId id, int fromOpset)
{
    for (auto& [key, attribute] : graph.node(id).attributes)
        if (const auto* body = std::get_if<GraphPtr>(&attribute); body && *body) {
            auto changed = std::make_shared<Graph>(**body);
            upgradeGraph(*changed, fromOpset);
            attribute = GraphPtr(std::move(changed));
        }
}

void upgradeGraph(Graph& graph, int fromOpset)
{
    Inference inference(graph);
    const std::size_t count = graph.nodes().size();
    for (std::size_t i = 0; i < count; ++i) {
        const NodeId id{static_cast<std::int32_t>(i)};
        upgradeBodies(graph, id, fromOpset);
        const std::size_t before = graph.nodes().size();
        const Op* op = findOp(graph.node(id));
        if (op && op->upgrade)
            whileDoing("upgrading " + graph.node(id).label(), [&] { op->upgrade(graph, id, fromOpset); });
        // What an upgrade adds stands before the node itself.
        for (std::size_t added = before; added < graph.nodes().size(); ++added)
            inference.inferNode(NodeId{static_cast<std::int32_t>(added)});
        inference.inferNode(id);
    }
    graph.opsets[""] = targetOpset;
    graph.sort();
}

}

void upgradeOperators(Graph& graph, int fromOpset)
{
    if (fromOpset < targetOpset)
        upgradeGraph(graph, fromOpset);
}

}
