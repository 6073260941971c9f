// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/checked.h"
#include "core/ops/broadcast.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

constexpr OpTraits moving{.kind = OpTraits::Kind::moving};

Shape expandedShape(const Node& node, const Shape& shape, std::vector<std::int64_t> wanted)
{
    for (const std::int64_t dim : wanted)
        if (dim < 0)
            failOperator(node, "a dimension is " + std::to_string(dim));
    const std::array shapes{shape, Shape(std::move(wanted))};
    return broadcastShapes(node, shapes);
}

std::vector<ValueInfo> inferExpand(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto wanted = context.integers(1);
    const auto length = knownLength(context.input(1));
    if (!input.shape || !length || *length > 64)
        return {typeOnly(input.dtype)};
    if (!wanted) {
        const std::int64_t rank = std::max<std::int64_t>(*length, input.shape->rank());
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(rank), Shape::unknown)))};
    }
    return {typed(input.dtype, expandedShape(context.node, *input.shape, *wanted))};
}

std::vector<Tensor> runExpand(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Shape shape = expandedShape(context.node, input.shape(), context.input(1).toIntegers());
    return {stridedCopy(input, shape, broadcastStrides(input.shape(), shape))};
}

Shape tiledShape(const Node& node, const Shape& shape, std::span<const std::int64_t> repeats)
{
    if (static_cast<int>(repeats.size()) != shape.rank())
        failOperator(node, "repeats has " + std::to_string(repeats.size()) + " values for an input of rank " +
                               std::to_string(shape.rank()));
    Shape result = shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        if (shape[axis] < 0)
            continue;
        const auto product = checkedMul(shape[axis], repeats[static_cast<std::size_t>(axis)]);
        if (!product)
            failOperator(node, "repeats cannot be used");
        result[axis] = *product;
    }
    return result;
}

std::vector<ValueInfo> inferTile(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto repeats = context.integers(1);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    if (!repeats)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()),
                                                                   Shape::unknown)))};
    return {typed(input.dtype, tiledShape(context.node, *input.shape, *repeats))};
}

/// A tile is the input with an axis of stride 0 before each of its axes.
std::vector<Tensor> runTile(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const std::vector<std::int64_t> repeats = context.input(1).toIntegers(), own = input.shape().strides();
    const Shape shape = tiledShape(context.node, input.shape(), repeats);
    std::vector<std::int64_t> dims, strides;
    for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
        dims.insert(dims.end(), {repeats[axis], input.shape()[static_cast<int>(axis)]});
        strides.insert(strides.end(), {0, own[axis]});
    }
    return {stridedCopy(input, Shape(std::move(dims)), strides).reshaped(shape)};
}

}

void register_expand(Table<Op>& table)
{
    table.add({.id = "Expand", .traits = moving, .exactness = Exactness::exact, .infer = inferExpand, .run = runExpand});
    table.add({.id = "Tile", .traits = moving, .exactness = Exactness::exact, .infer = inferTile, .run = runTile});
}

}
