// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/patterns.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lathe {

Patterns::Patterns(const Graph& graph, const std::vector<bool>& mustExist)
    : m_graph(graph)
    , m_mustExist(mustExist)
    , m_readers(graph.values().size())
{
    for (std::size_t i = 0; i < graph.nodes().size(); ++i)
        for (const ValueId id : graph.nodes()[i].inputs)
            if (id.valid())
                m_readers[static_cast<std::size_t>(id.index)].push_back(NodeId{static_cast<std::int32_t>(i)});
}

bool Patterns::is(NodeId id, std::string_view op) const
{
    if (!id.valid())
        return false;
    const Node& node = m_graph.node(id);
    return node.op == op && node.domain.empty() && node.outputs.size() == 1;
}

NodeId Patterns::next(NodeId id) const
{
    const ValueId value = m_graph.node(id).outputs[0];
    const bool hidden = !m_mustExist[static_cast<std::size_t>(value.index)] && readers(value).size() == 1;
    return hidden ? readers(value)[0] : NodeId{};
}

ValueId Patterns::other(NodeId id, ValueId one) const
{
    const Node& node = m_graph.node(id);
    if (node.inputs.size() != 2)
        return {};
    return node.inputs[node.inputs[0] == one ? 1 : 0];
}

bool Patterns::isNumber(ValueId value, double wanted) const
{
    const Tensor* constant = value.valid() ? m_graph.constant(value) : nullptr;
    return constant && isFloat(constant->dtype()) && constant->elements() == 1 &&
           std::fabs(constant->at(0) - wanted) <= 1e-3 * std::fabs(wanted);
}

bool Patterns::meansLastAxis(NodeId id) const
{
    if (!is(id, "ReduceMean") || m_graph.node(id).integer("keepdims", 1) == 0)
        return false;
    const Node& node = m_graph.node(id);
    std::vector<std::int64_t> axes = node.integers("axes");
    if (const Tensor* operand = node.input(1).valid() ? m_graph.constant(node.input(1)) : nullptr)
        axes = operand->toIntegers();
    const int rank = m_graph.value(node.inputs[0]).shape->rank();
    return axes.size() == 1 && (axes[0] == -1 || axes[0] == rank - 1);
}

bool Patterns::isColumns(ValueId value, std::int64_t count) const
{
    const Tensor* constant = value.valid() ? m_graph.constant(value) : nullptr;
    if (!constant || constant->elements() != count)
        return false;
    const Shape& shape = constant->shape();
    return shape.rank() > 0 && shape[shape.rank() - 1] == count;
}

ValueId Patterns::takeColumns(NormalizationMatch& match, std::string_view op, std::int64_t columns) const
{
    const NodeId last = match.nodes.back(), node = next(last);
    if (!is(node, op))
        return {};
    const ValueId value = m_graph.node(last).outputs[0], constant = other(node, value);
    const bool sameShape = *m_graph.value(m_graph.node(node).outputs[0]).shape == *m_graph.value(value).shape;
    if (!isColumns(constant, columns) || !sameShape)
        return {};
    match.nodes.push_back(node);
    return constant;
}

std::optional<NormalizationMatch> Patterns::normalization(NodeId first) const
{
    if (!meansLastAxis(first))
        return std::nullopt;
    const ValueId x = m_graph.node(first).inputs[0], mean = m_graph.node(first).outputs[0];
    const NodeId centre = next(first);
    if (!is(centre, "Sub") || m_graph.node(centre).inputs[0] != x || m_graph.node(centre).inputs[1] != mean)
        return std::nullopt;
    const ValueId centred = m_graph.node(centre).outputs[0];
    if (m_mustExist[static_cast<std::size_t>(centred.index)])
        return std::nullopt;
    // The centred value is squared and divided, and used for nothing else.
    NodeId square{}, divide{};
    for (const NodeId reader : readers(centred)) {
        const bool squares = (is(reader, "Pow") && isNumber(m_graph.node(reader).inputs[1], 2)) ||
                             (is(reader, "Mul") && other(reader, centred) == centred);
        if (squares && (!square.valid() || square == reader))
            square = reader;
        else if (is(reader, "Div") && m_graph.node(reader).inputs[0] == centred && !divide.valid())
            divide = reader;
        else
            return std::nullopt;
    }
    if (!square.valid() || !divide.valid())
        return std::nullopt;
    const NodeId variance = next(square);
    if (!variance.valid() || !meansLastAxis(variance))
        return std::nullopt;
    const NodeId shift = next(variance);
    if (!is(shift, "Add"))
        return std::nullopt;
    const ValueId epsilonValue = other(shift, m_graph.node(variance).outputs[0]);
    const Tensor* epsilon = epsilonValue.valid() ? m_graph.constant(epsilonValue) : nullptr;
    const NodeId root = next(shift);
    if (!epsilon || epsilon->elements() != 1 || !is(root, "Sqrt") || next(root) != divide)
        return std::nullopt;
    NormalizationMatch match{{first, centre, square, variance, shift, root, divide},
                             {x, {}, {}, static_cast<float>(epsilon->at(0))}};
    const Shape& shape = *m_graph.value(x).shape;
    match.form.scale = takeColumns(match, "Mul", shape[shape.rank() - 1]);
    match.form.bias = takeColumns(match, "Add", shape[shape.rank() - 1]);
    return match;
}

}
