// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/composite.h"

#include "core/ops/infer_helpers.h"
#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"

namespace lathe {

ExpansionBuilder::ExpansionBuilder(const InferContext& context)
    : m_context(context)
{
    m_graph.opsets[""] = context.opset;
    for (std::size_t i = 0; i < context.inputs.size(); ++i) {
        const ValueInfo& info = context.inputs[i];
        const std::string name = "in" + std::to_string(i);
        if (!info.present()) {
            m_operands.emplace_back();
        } else if (!info.constant.empty()) {
            m_operands.push_back(m_graph.addConstant(name, info.constant));
        } else {
            Value value;
            value.name = name;
            value.dtype = info.dtype;
            value.shape = info.shape;
            m_operands.push_back(m_graph.addValue(std::move(value)));
            m_graph.inputs.push_back(m_operands.back());
        }
    }
}

ValueId ExpansionBuilder::in(std::size_t operand) const
{
    return operand < m_operands.size() ? m_operands[operand] : ValueId{};
}

bool ExpansionBuilder::wantsOutput(std::size_t index) const
{
    return index < m_context.node.outputs.size() && m_context.node.outputs[index].valid();
}

ValueId ExpansionBuilder::add(const std::string& op, std::vector<ValueId> inputs, Attributes attributes,
                              const std::string& domain)
{
    Value value;
    value.name = m_graph.freshName(op + std::to_string(m_graph.nodes().size()));
    const ValueId output = m_graph.addValue(std::move(value));
    Node node;
    node.op = op;
    node.domain = domain;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    node.attributes = std::move(attributes);
    m_graph.addNode(std::move(node));
    return output;
}

std::vector<ValueId> ExpansionBuilder::addMany(const std::string& op, std::vector<ValueId> inputs,
                                               std::size_t count, Attributes attributes)
{
    Node node;
    node.op = op;
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    const std::string stem = op + std::to_string(m_graph.nodes().size()) + "_";
    for (std::size_t i = 0; i < count; ++i) {
        Value value;
        value.name = m_graph.freshName(stem + std::to_string(i));
        node.outputs.push_back(m_graph.addValue(std::move(value)));
    }
    const std::vector<ValueId> outputs = node.outputs;
    m_graph.addNode(std::move(node));
    return outputs;
}

ValueId ExpansionBuilder::constant(Tensor tensor)
{
    return m_graph.addConstant(m_graph.freshName("constant"), std::move(tensor));
}

ValueId ExpansionBuilder::real(double value)
{
    const DType type = m_context.input(0).dtype;
    return constant(Tensor::scalar(value).converted(isFloat(type) ? type : DType::float32));
}

ValueId ExpansionBuilder::integers(std::initializer_list<std::int64_t> values)
{
    return constant(Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(values.size())}, values));
}

ValueId ExpansionBuilder::plus(ValueId x, std::size_t operand)
{
    return has(operand) ? add("Add", {x, in(operand)}) : x;
}

void ExpansionBuilder::output(std::size_t index, ValueId value)
{
    if (m_outputs.size() <= index)
        m_outputs.resize(index + 1);
    m_outputs[index] = value;
}

Expansion ExpansionBuilder::finish()
{
    Expansion expansion;
    for (const ValueId id : m_outputs) {
        expansion.outputs.push_back(id.valid() ? m_graph.value(id).name : std::string());
        if (id.valid())
            m_graph.outputs.push_back(id);
    }
    expansion.graph = std::make_shared<const Graph>(std::move(m_graph));
    return expansion;
}

Expansion notExpanded(std::string reason)
{
    Expansion expansion;
    expansion.reason = std::move(reason);
    return expansion;
}

namespace {

Expansion expansionOf(const InferContext& context)
{
    const Op* op = findOp(context.node);
    return op && op->expand ? op->expand(context) : notExpanded("the operator is not known");
}

}

std::vector<ValueInfo> inferComposite(const InferContext& context)
{
    const Expansion expansion = expansionOf(context);
    if (!expansion.graph)
        return {typeOnly(context.input(0).dtype)};
    Graph graph = *expansion.graph;
    inferShapes(graph);
    std::vector<ValueInfo> outputs;
    for (const std::string& name : expansion.outputs) {
        const ValueId id = name.empty() ? ValueId{} : graph.find(name);
        outputs.push_back(id.valid() ? ValueInfo{graph.value(id).dtype, graph.value(id).shape, {}}
                                     : ValueInfo{});
    }
    return outputs;
}

std::vector<Tensor> runComposite(const RunContext& context)
{
    std::vector<ValueInfo> infos;
    for (const Tensor& tensor : context.inputs)
        infos.push_back(tensor.empty() ? ValueInfo{} : ValueInfo{tensor.dtype(), tensor.shape(), tensor});
    const Expansion expansion = expansionOf({context.node, infos, context.opset});
    if (!expansion.graph)
        context.fail(expansion.reason.empty() ? "its operands do not fit together" : expansion.reason);
    Graph graph = *expansion.graph;
    inferShapes(graph);
    const TensorMap results = runReference(graph, {}, context.control);
    std::vector<Tensor> outputs;
    for (const std::string& name : expansion.outputs)
        outputs.push_back(name.empty() ? Tensor() : results.at(name));
    return outputs;
}

}
