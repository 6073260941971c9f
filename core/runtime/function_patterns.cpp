// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/runtime/patterns.h"

namespace lathe {

std::optional<FunctionMatch> Patterns::function(ValueId x) const
{
    using Kind = Activation::Kind;
    FunctionMatch match{gelu(x), {.kind = Kind::gelu}};
    if (match.nodes.empty())
        match = {geluTanh(x), {.kind = Kind::geluTanh}};
    if (match.nodes.empty())
        match = {gated(x, "Sigmoid"), {.kind = Kind::swish}};
    if (match.nodes.empty())
        match = {gated(x, "HardSigmoid"), {.kind = Kind::hardSwish}};
    if (match.nodes.empty())
        return std::nullopt;
    std::sort(match.nodes.begin(), match.nodes.end());
    // A constant of one element but higher rank would add axes.
    if (*m_graph.value(m_graph.node(match.nodes.back()).outputs[0]).shape != *m_graph.value(x).shape)
        return std::nullopt;
    return match;
}

std::optional<ShuffleMatch> Patterns::channelShuffle(NodeId first) const
{
    if (!is(first, "Reshape"))
        return std::nullopt;
    const NodeId turn = next(first), last = is(turn, "Transpose") ? next(turn) : NodeId{};
    if (!is(last, "Reshape"))
        return std::nullopt;
    const Shape& shape = *m_graph.value(m_graph.node(first).inputs[0]).shape;
    const Shape& apart = *m_graph.value(m_graph.node(first).outputs[0]).shape;
    if (shape.rank() < 3 || apart.rank() != shape.rank() + 1 || apart[0] != shape[0] || apart[1] * apart[2] != shape[1] ||
        *m_graph.value(m_graph.node(last).outputs[0]).shape != shape)
        return std::nullopt;
    std::vector<std::int64_t> swapped{0, 2, 1};
    for (int axis = 3; axis < apart.rank(); ++axis) {
        if (apart[axis] != shape[axis - 1])
            return std::nullopt;
        swapped.push_back(axis);
    }
    const bool whole = dtypeSize(m_graph.value(m_graph.node(first).inputs[0]).dtype) > 0;
    if (m_graph.node(turn).integers("perm") != swapped || shape.elements() == 0 || !whole)
        return std::nullopt;
    return ShuffleMatch{{first, turn, last}, apart[1]};
}

std::vector<NodeId> Patterns::gated(ValueId x, std::string_view gate) const
{
    for (const NodeId id : readers(x)) {
        if (!is(id, gate))
            continue;
        const Node& node = m_graph.node(id);
        if (gate == "HardSigmoid" && (std::fabs(node.real("alpha", 0.2f) - 1.0f / 6.0f) > 1e-6f || node.real("beta", 0.5f) != 0.5f))
            continue;
        const NodeId product = next(id);
        if (is(product, "Mul") && other(product, node.outputs[0]) == x)
            return {id, product};
    }
    return {};
}

std::vector<NodeId> Patterns::gelu(ValueId x) const
{
    for (const NodeId scale : readers(x)) {
        const bool divides = is(scale, "Div") && m_graph.node(scale).inputs[0] == x &&
                             isNumber(m_graph.node(scale).inputs[1], std::numbers::sqrt2);
        const bool multiplies = is(scale, "Mul") && isNumber(other(scale, x), 1 / std::numbers::sqrt2);
        if (!divides && !multiplies)
            continue;
        const NodeId erf = next(scale);
        const NodeId plus = is(erf, "Erf") ? next(erf) : NodeId{};
        std::vector<NodeId> parts = halfProduct(x, plus);
        if (parts.empty() || !isNumber(other(plus, m_graph.node(erf).outputs[0]), 1))
            continue;
        parts.insert(parts.end(), {scale, erf});
        return parts;
    }
    return {};
}

std::vector<NodeId> Patterns::geluTanh(ValueId x) const
{
    for (const NodeId sum : readers(x)) {
        if (!is(sum, "Add"))
            continue;
        std::vector<NodeId> cubic = cube(x, other(sum, x));
        const NodeId scale = next(sum);
        if (cubic.empty() || !is(scale, "Mul") || !isNumber(other(scale, m_graph.node(sum).outputs[0]), std::sqrt(2 / std::numbers::pi)))
            continue;
        const NodeId tanh = next(scale);
        const NodeId plus = is(tanh, "Tanh") ? next(tanh) : NodeId{};
        std::vector<NodeId> parts = halfProduct(x, plus);
        if (parts.empty() || !isNumber(other(plus, m_graph.node(tanh).outputs[0]), 1))
            continue;
        parts.insert(parts.end(), cubic.begin(), cubic.end());
        parts.insert(parts.end(), {sum, scale, tanh});
        return parts;
    }
    return {};
}

std::vector<NodeId> Patterns::halfProduct(ValueId x, NodeId plus) const
{
    if (!is(plus, "Add"))
        return {};
    const ValueId sum = m_graph.node(plus).outputs[0];
    const NodeId product = next(plus);
    if (!is(product, "Mul"))
        return {};
    const ValueId factor = other(product, sum), result = m_graph.node(product).outputs[0];
    if (factor == x) { // (x * sum) * 0.5
        const NodeId half = next(product);
        if (is(half, "Mul") && isNumber(other(half, result), 0.5))
            return {plus, product, half};
    } else if (isNumber(factor, 0.5)) { // x * (sum * 0.5)
        const NodeId last = next(product);
        if (is(last, "Mul") && other(last, result) == x)
            return {plus, product, last};
    } else { // (x * 0.5) * sum
        for (const NodeId half : readers(x))
            if (is(half, "Mul") && isNumber(other(half, x), 0.5) && next(half) == product)
                return {plus, half, product};
    }
    return {};
}

std::vector<NodeId> Patterns::cube(ValueId x, ValueId cubic) const
{
    // A product is taken apart from its end: what remains is one operand at a time.
    std::vector<NodeId> parts;
    double factor = 1, power = 0;
    for (ValueId rest = cubic; rest != x;) {
        const NodeId id = rest.valid() ? m_graph.producer(rest) : NodeId{};
        if (!id.valid() || !next(id).valid() || parts.size() == 4)
            return {};
        const Node& node = m_graph.node(id);
        parts.push_back(id);
        if (is(id, "Pow") && node.inputs[0] == x && isNumber(node.inputs[1], 3)) {
            power += 2;
            rest = x;
        } else if (is(id, "Mul")) {
            const bool first = m_graph.constant(node.inputs[0]) != nullptr || (node.inputs[0] == x && node.inputs[1] != x);
            const ValueId one = node.inputs[first ? 0 : 1];
            if (const Tensor* constant = m_graph.constant(one); constant && constant->elements() == 1)
                factor *= constant->at(0);
            else if (one == x)
                power += 1;
            else
                return {};
            rest = node.inputs[first ? 1 : 0];
        } else {
            return {};
        }
    }
    const bool fits = power == 2 && std::fabs(factor - 0.044715) < 1e-6;
    return fits ? parts : std::vector<NodeId>();
}

}
