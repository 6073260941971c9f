// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/inference.h"

#include <algorithm>

namespace lathe {

namespace {

/// Shape arithmetic works on a few numbers; larger constants are left to constant folding.
constexpr std::int64_t maxFoldedElements = 4096;

ValueInfo infoOf(const Value& value)
{
    return {value.isConstant() ? value.constant.dtype() : value.dtype,
            value.isConstant() ? std::optional<Shape>(value.constant.shape()) : value.shape, value.constant};
}

/// The inferred shape, with dimensions that are still unknown taken from the stated one.
std::optional<Shape> merged(const std::optional<Shape>& inferred, const std::optional<Shape>& stated)
{
    if (!inferred)
        return stated;
    if (!stated || stated->rank() != inferred->rank())
        return inferred;
    Shape result = *inferred;
    for (int axis = 0; axis < result.rank(); ++axis)
        if (result[axis] < 0)
            result[axis] = (*stated)[axis];
    return result;
}

bool isSmall(const ValueInfo& info)
{
    if (!info.isStatic() || info.dtype == DType::string)
        return false;
    try {
        return info.shape->elements() <= maxFoldedElements;
    } catch (const Error&) {
        return false;
    }
}

/// What the body's shapes were inferred for before does not hold any more.
void setBodyInputs(Graph& body, const std::vector<ValueInfo>& given)
{
    for (std::size_t i = 0; i < std::min(given.size(), body.inputs.size()); ++i) {
        Value& value = body.value(body.inputs[i]);
        if (given[i].dtype != DType::undefined)
            value.dtype = given[i].dtype;
        value.shape = given[i].shape;
    }
    for (const Node& node : body.nodes())
        for (const ValueId output : node.outputs)
            if (output.valid() && findOp(node))
                body.value(output).shape.reset();
}

bool sameTypes(const std::vector<ValueInfo>& a, const std::vector<ValueInfo>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ValueInfo& left, const ValueInfo& right) {
        return left.dtype == right.dtype && left.shape == right.shape;
    });
}

std::string refusal(const Op* op, const Node& node)
{
    if (!op || !op->run)
        return "the operator " + opId(node) + " is not known";
    return op->refuse ? op->refuse(node) : std::string();
}

}

Inference::Inference(Graph& graph, const Inference* outer)
    : m_graph(graph), m_outer(outer), m_opset(graph.opsets.contains("") ? graph.opsets.at("") : 13)
{
    for (const ValueId id : graph.captures) {
        ValueInfo known = outerInfo(graph.value(id).name);
        if (!known.present())
            continue;
        graph.value(id).dtype = known.dtype;
        graph.value(id).shape = known.shape;
        info(id) = std::move(known);
    }
}

/// A branch that does not fit these shapes may still be one that is never taken: what is wrong with it is said when it runs.
void Inference::inferNodesOfBody()
{
    try {
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i)
            inferNode(NodeId{static_cast<std::int32_t>(i)});
    } catch (const Error&) {
        for (const Node& node : m_graph.nodes())
            for (const ValueId output : node.outputs)
                if (output.valid() && findOp(node))
                    m_graph.value(output).shape.reset();
    }
}

ValueInfo Inference::outerInfo(const std::string& name) const
{
    if (!m_outer)
        return {};
    const ValueId id = m_outer->m_graph.find(name);
    if (!id.valid())
        return m_outer->outerInfo(name);
    const auto index = static_cast<std::size_t>(id.index);
    return index < m_outer->m_infos.size() ? m_outer->m_infos[index] : infoOf(m_outer->m_graph.value(id));
}

ValueInfo& Inference::info(ValueId id)
{
    for (std::size_t i = m_infos.size(); i < m_graph.values().size(); ++i)
        m_infos.push_back(infoOf(m_graph.values()[i]));
    return m_infos[static_cast<std::size_t>(id.index)];
}

std::vector<ValueInfo> Inference::operandsOf(const Node& node)
{
    std::vector<ValueInfo> operands;
    for (const ValueId input : node.inputs)
        operands.push_back(input.valid() ? info(input) : ValueInfo{});
    return operands;
}

void Inference::inferBodies(Node& node)
{
    if (bodies(node).empty())
        return;
    const std::vector<ValueInfo> operands = operandsOf(node);
    for (auto& [key, attribute] : node.attributes)
        if (const auto* body = std::get_if<GraphPtr>(&attribute); body && *body)
            attribute = inferBody(node, operands, **body);
}

/// Infers the body with the inputs that the operator says, until what the body makes of them fits what was assumed.
GraphPtr Inference::inferBody(const Node& node, std::span<const ValueInfo> operands, const Graph& body)
{
    constexpr int maxRounds = 8;
    const Op* op = findOp(node);
    const bool hasInputs = op && op->bodyInputs;
    std::vector<ValueInfo> given;
    if (hasInputs)
        given = op->bodyInputs({node, operands, m_opset}, nullptr);
    for (int round = 0;; ++round) {
        auto inferred = std::make_shared<Graph>(body);
        if (!inferred->opsets.contains(""))
            inferred->opsets[""] = m_opset;
        setBodyInputs(*inferred, given);
        Inference(*inferred, this).inferNodesOfBody();
        if (!hasInputs)
            return inferred;
        std::vector<ValueInfo> next = op->bodyInputs({node, operands, m_opset}, inferred.get());
        if (sameTypes(given, next) || round > maxRounds)
            return inferred;
        if (round == maxRounds)
            for (ValueInfo& info : next)
                info.shape.reset();
        given = std::move(next);
    }
}

void Inference::fold(const Op& op, const Node& node, const std::vector<ValueInfo>& inputs,
                     std::vector<ValueInfo>& outputs)
{
    const auto known = [](const ValueInfo& input) {
        return !input.present() || (!input.constant.empty() && input.constant.elements() <= maxFoldedElements);
    };
    if (!std::all_of(inputs.begin(), inputs.end(), known) || !std::all_of(outputs.begin(), outputs.end(), isSmall))
        return;
    if (std::none_of(outputs.begin(), outputs.end(), [](const ValueInfo& o) { return o.constant.empty(); }))
        return;
    std::vector<Tensor> operands;
    for (const ValueInfo& input : inputs)
        operands.push_back(input.constant);
    const Control control;
    std::vector<Tensor> results;
    try {
        results = op.run({node, operands, m_opset, control});
    } catch (const Error&) {
        return;  // The same error is reported when the node runs.
    }
    for (std::size_t i = 0; i < std::min(outputs.size(), results.size()); ++i)
        outputs[i] = {results[i].dtype(), results[i].shape(), results[i]};
}

void Inference::store(const Node& node, std::vector<ValueInfo> outputs)
{
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const ValueId id = node.outputs[i];
        if (!id.valid())
            continue;
        Value& value = m_graph.value(id);
        if (i < outputs.size()) {
            if (outputs[i].dtype != DType::undefined)
                value.dtype = outputs[i].dtype;
            value.shape = merged(outputs[i].shape, value.shape);
            info(id).constant = std::move(outputs[i].constant);
        }
        info(id).dtype = value.dtype;
        info(id).shape = value.shape;
    }
}

void Inference::inferNode(NodeId id)
{
    inferBodies(m_graph.node(id));
    Node& node = m_graph.node(id);
    const Op* op = findOp(node);
    node.unsupported = refusal(op, node);
    if (!op || !op->infer) {
        store(node, {});
        return;
    }
    const std::vector<ValueInfo> inputs = operandsOf(node);
    std::vector<ValueInfo> outputs;
    whileDoing("inferring the shape of " + node.label(), [&] {
        outputs = op->infer({node, inputs, m_opset});
        if (op->expand && node.unsupported.empty())
            node.unsupported = op->expand({node, inputs, m_opset}).reason;
        if (node.unsupported.empty())
            fold(*op, node, inputs, outputs);
    });
    store(node, std::move(outputs));
}

}
