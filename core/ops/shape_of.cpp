// SPDX-License-Identifier: GPL-3.0-or-later
// Shape and Size: questions about shapes, answered while shapes are inferred wherever they are known.
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};

/// The dimensions from `start` to `end` (opset 15), out-of-range bounds clamped.
std::vector<std::int64_t> dimensions(const Node& node, const Shape& shape)
{
    const std::int64_t rank = shape.rank();
    const auto clamped = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
    const std::int64_t start = clamped(node.integer("start", 0)), end = clamped(node.integer("end", rank));
    if (end <= start)
        return {};
    return {shape.begin() + start, shape.begin() + end};
}

Tensor listOf(const std::vector<std::int64_t>& values)
{
    return Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(values.size())}, std::span(values));
}

std::vector<ValueInfo> inferShape(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typed(DType::int64, Shape{Shape::unknown})};
    const std::vector<std::int64_t> dims = dimensions(context.node, *input.shape);
    ValueInfo output = typed(DType::int64, Shape{static_cast<std::int64_t>(dims.size())});
    if (Shape(dims).isStatic())
        output.constant = listOf(dims);
    return {output};
}

std::vector<Tensor> runShape(const RunContext& context)
{
    return {listOf(dimensions(context.node, context.input(0).shape()))};
}

std::vector<ValueInfo> inferSize(const InferContext& context)
{
    ValueInfo output = typed(DType::int64, Shape{});
    if (context.input(0).isStatic())
        output.constant = Tensor::scalar(context.input(0).shape->elements());
    return {output};
}

std::vector<Tensor> runSize(const RunContext& context)
{
    return {Tensor::scalar(context.input(0).elements())};
}

}

void register_shape_of(Table<Op>& table)
{
    table.add({.id = "Shape", .traits = structural, .exactness = Exactness::exact, .infer = inferShape, .run = runShape});
    table.add({.id = "Size", .traits = structural, .exactness = Exactness::exact, .infer = inferSize, .run = runSize});
}

}
