// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/axis_moves.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace lathe {

namespace {

using Axis = std::optional<int>;

struct Move
{
    const Graph& graph;
    const Node& node;
    std::size_t operand;
    int axis;
    std::int64_t& block;

    const Shape* shapeOf(ValueId id) const
    {
        return id.valid() && graph.value(id).shape ? &*graph.value(id).shape : nullptr;
    }
    const Shape* from() const { return shapeOf(node.input(operand)); }
    const Shape* to() const { return shapeOf(node.outputs[0]); }
};

/// The elements behind an axis; nothing where some extent is not known.
std::optional<std::int64_t> elementsBehind(const Shape& shape, int axis)
{
    std::int64_t product = 1;
    for (int i = axis + 1; i < shape.rank(); ++i) {
        if (shape[i] < 0)
            return std::nullopt;
        product *= shape[i];
    }
    return product;
}

bool isBeside(const Node& node, const Shape& from, int axis, std::int64_t fallback)
{
    const std::int64_t own = node.integer("axis", fallback);
    return (own < 0 ? own + from.rank() : own) != axis;
}

/// Rows stay rows: the axis ends at the same place, and vectors on it are cut where it becomes shorter.
Axis behindReshape(const Move& move)
{
    const auto behind = elementsBehind(*move.from(), move.axis);
    if (!behind || move.operand != 0)
        return {};
    Axis found;
    for (int axis = 0; axis < move.to()->rank(); ++axis)
        if (elementsBehind(*move.to(), axis) == behind &&
            (!found || (*move.to())[axis] > (*move.to())[*found]))
            found = axis;
    if (!found || (*move.to())[*found] <= 0)
        return {};
    move.block = std::gcd(move.block, (*move.to())[*found]);
    return found;
}

Axis behindTranspose(const Move& move)
{
    const std::vector<std::int64_t> order = move.node.integers("perm");
    for (int axis = 0; axis < move.to()->rank(); ++axis)
        if ((order.empty() ? move.from()->rank() - 1 - axis : order[static_cast<std::size_t>(axis)]) ==
            move.axis)
            return axis;
    return {};
}

Axis behindGather(const Move& move)
{
    const Shape* indices = move.shapeOf(move.node.input(1));
    if (move.operand != 0 || !indices || !isBeside(move.node, *move.from(), move.axis, 0))
        return {};
    const std::int64_t own = move.node.integer("axis", 0);
    const std::int64_t gathered = own < 0 ? own + move.from()->rank() : own;
    return move.axis < gathered ? move.axis : move.axis + indices->rank() - 1;
}

Axis behindSlice(const Move& move)
{
    const Tensor* axes = move.graph.constant(move.node.input(3));
    if (move.operand != 0 || !axes)
        return {};
    for (const std::int64_t axis : axes->toIntegers())
        if ((axis < 0 ? axis + move.from()->rank() : axis) == move.axis)
            return {};
    return move.axis;
}

/// Means or sums over other axes.
Axis behindReduction(const Move& move)
{
    const Tensor* operand = move.graph.constant(move.node.input(1));
    const std::vector<std::int64_t> axes = operand ? operand->toIntegers() : move.node.integers("axes");
    if (axes.empty() || move.operand != 0)
        return {};
    int before = 0;
    for (const std::int64_t named : axes) {
        const std::int64_t axis = named < 0 ? named + move.from()->rank() : named;
        if (axis == move.axis)
            return {};
        before += axis < move.axis ? 1 : 0;
    }
    return move.node.integer("keepdims", 1) != 0 ? move.axis : move.axis - before;
}

Axis behindSum(const Move& move)
{
    const int axis = move.axis + move.to()->rank() - move.from()->rank();
    return (*move.from())[move.axis] == (*move.to())[axis] ? Axis(axis) : Axis();
}

Axis behindFactor(const Move& move)
{
    const Tensor* factor = move.graph.constant(move.node.input(1 - move.operand));
    const bool allowed = move.node.op == "Mul" || move.operand == 0;
    return allowed && factor && factor->elements() == 1 ? behindSum(move) : Axis();
}

/// What weighs vectors, as attention does, is the first operand.
Axis behindProduct(const Move& move)
{
    const bool last = move.axis == move.from()->rank() - 1;
    return move.operand == 1 && last && move.from()->rank() > 1 ? Axis(move.to()->rank() - 1) : Axis();
}

bool isOneOf(std::string_view op, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), op) != names.end();
}

Axis behind(const Move& move)
{
    const Node& node = move.node;
    if (!node.domain.empty() || node.outputs.empty() || !move.from() || !move.to() ||
        move.axis >= move.from()->rank())
        return {};
    if (node.op == "Identity")
        return move.axis;
    if (isOneOf(node.op, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}))
        return behindReshape(move);
    if (node.op == "Transpose")
        return behindTranspose(move);
    if (node.op == "Gather")
        return behindGather(move);
    if (node.op == "Slice")
        return behindSlice(move);
    if (isOneOf(node.op, {"Concat", "Split"}))
        return isBeside(node, *move.from(), move.axis, 0) && (node.op == "Concat" || move.operand == 0)
                   ? Axis(move.axis)
                   : Axis();
    if (isOneOf(node.op, {"ReduceMean", "ReduceSum"}))
        return behindReduction(move);
    if (isOneOf(node.op, {"GlobalAveragePool", "AveragePool"}))
        return move.axis == 1 ? Axis(1) : Axis();
    if (isOneOf(node.op, {"Add", "Sub"}))
        return behindSum(move);
    if (isOneOf(node.op, {"Mul", "Div"}))
        return behindFactor(move);
    return node.op == "MatMul" ? behindProduct(move) : Axis();
}

} // namespace

std::optional<int> axisBehind(const Graph& graph, const Node& node, std::size_t operand, int axis,
                              std::int64_t& block)
{
    return behind({graph, node, operand, axis, block});
}

std::optional<int> axisBefore(const Graph& graph, const Node& node, std::size_t operand, int axis,
                              std::int64_t& block)
{
    const ValueId input = node.input(operand);
    if (!input.valid() || !graph.value(input).shape)
        return {};
    for (int before = 0; before < graph.value(input).shape->rank(); ++before) {
        const std::int64_t extent = (*graph.value(input).shape)[before];
        std::int64_t cut = std::gcd(block, std::max<std::int64_t>(extent, 1));
        if ((cut > 1 || block == 1) && axisBehind(graph, node, operand, before, cut) == axis) {
            block = cut;
            return before;
        }
    }
    return {};
}

} // namespace lathe
