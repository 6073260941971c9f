// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that look for places: ArgMax, ArgMin, TopK.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/lines.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

Shape withoutAxis(const Shape& shape, int axis, bool keep)
{
    std::vector<std::int64_t> dims = shape.dims();
    if (keep)
        dims[static_cast<std::size_t>(axis)] = 1;
    else
        dims.erase(dims.begin() + axis);
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferArg(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(DType::int64)};
    const int axis = axisOf(context.node, context.node.integer("axis", 0), input.shape->rank());
    return {typed(DType::int64, withoutAxis(*input.shape, axis, context.node.integer("keepdims", 1) != 0))};
}

template <typename Better> std::vector<Tensor> findPlace(const RunContext& context, Better&& better)
{
    const Tensor& input = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", 0), input.shape().rank());
    const bool last = context.node.integer("select_last_index", 0) != 0;
    Tensor output(DType::int64, withoutAxis(input.shape(), axis, context.node.integer("keepdims", 1) != 0));
    const Lines lines(input.shape(), axis);
    const auto out = output.mutableData<std::int64_t>();
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        const auto in = input.data<typename decltype(tag)::type>();
        for (std::int64_t line = 0; line < lines.count; ++line) {
            std::int64_t best = 0;
            for (std::int64_t k = 1; k < lines.length; ++k) {
                const auto x = in[lines.at(line, k, lines.length)], top = in[lines.at(line, best, lines.length)];
                if (better(x, top) || (last && x == top))
                    best = k;
            }
            out[static_cast<std::size_t>(line)] = best;
        }
    });
    return {output};
}

std::vector<Tensor> runArgMax(const RunContext& context)
{
    return findPlace(context, [](auto a, auto b) { return a > b; });
}

std::vector<Tensor> runArgMin(const RunContext& context)
{
    return findPlace(context, [](auto a, auto b) { return a < b; });
}

Shape topShape(const Node& node, const Shape& shape, int axis, std::int64_t k)
{
    if (k < 0 || (shape[axis] >= 0 && k > shape[axis]))
        failOperator(node, "k is " + std::to_string(k) + ", more than there are elements");
    std::vector<std::int64_t> dims = shape.dims();
    dims[static_cast<std::size_t>(axis)] = k;
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferTopK(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype), typeOnly(DType::int64)};
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape->rank());
    const auto k = context.integers(1);
    std::vector<std::int64_t> dims = input.shape->dims();
    dims[static_cast<std::size_t>(axis)] = Shape::unknown;
    const Shape shape = k && k->size() == 1 ? topShape(context.node, *input.shape, axis, k->front()) : Shape(dims);
    return {typed(input.dtype, shape), typed(DType::int64, shape)};
}

/// Equal elements keep their order; NaN counts as the largest number.
std::vector<Tensor> runTopK(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape().rank());
    const std::vector<std::int64_t> wanted = context.input(1).toIntegers();
    if (wanted.size() != 1)
        context.fail("k must be one number");
    const bool largest = context.node.integer("largest", 1) != 0;
    const Shape shape = topShape(context.node, input.shape(), axis, wanted[0]);
    Tensor values(input.dtype(), shape), places(DType::int64, shape);
    const Lines lines(input.shape(), axis);
    const auto out = places.mutableData<std::int64_t>();
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto top = values.mutableData<T>();
        const auto less = [](T a, T b) { return a < b || (b != b && a == a); };
        std::vector<std::int64_t> order(static_cast<std::size_t>(lines.length));
        for (std::int64_t line = 0; line < lines.count; ++line) {
            std::iota(order.begin(), order.end(), 0);
            std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
                const T x = in[lines.at(line, a, lines.length)], y = in[lines.at(line, b, lines.length)];
                return largest ? less(y, x) : less(x, y);
            });
            for (std::int64_t k = 0; k < wanted[0]; ++k) {
                const std::int64_t from = order[static_cast<std::size_t>(k)];
                top[lines.at(line, k, wanted[0])] = in[lines.at(line, from, lines.length)];
                out[lines.at(line, k, wanted[0])] = from;
            }
        }
    });
    return {values, places};
}

/// Before opset 10, k is an attribute.
void upgradeTopK(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset >= 10 || !graph.node(node).has("k"))
        return;
    const std::int64_t k = graph.node(node).integer("k", 0);
    setOperand(graph, node, 1, addOperandConstant(graph, node, "k", Tensor::of<std::int64_t>(Shape{1}, {k})));
    eraseAttribute(graph, node, "k");
}

}

void register_order(Table<Op>& table)
{
    constexpr OpTraits structural{.kind = OpTraits::Kind::structural};
    table.add({.id = "ArgMax",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferArg,
               .run = viaFloat32<runArgMax>});
    table.add({.id = "ArgMin",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferArg,
               .run = viaFloat32<runArgMin>});
    table.add({.id = "TopK",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferTopK,
               .run = viaFloat32<runTopK>,
               .upgrade = upgradeTopK});
}

}
