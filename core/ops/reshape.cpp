// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/checked.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

constexpr OpTraits moving{.kind = OpTraits::Kind::moving};

/// The shape that `wanted` asks for: 0 copies the input's dimension (unless allowzero), -1 takes what is left.
/// `input` may have unknown dimensions.
Shape resolveShape(const Node& node, const std::optional<Shape>& input, std::vector<std::int64_t> wanted)
{
    const bool allowZero = node.integer("allowzero", 0) != 0;
    int inferred = -1;
    std::int64_t known = 1;
    for (int axis = 0; axis < static_cast<int>(wanted.size()); ++axis) {
        std::int64_t& dim = wanted[static_cast<std::size_t>(axis)];
        if (dim == 0 && !allowZero) {
            if (input && axis >= input->rank())
                failOperator(node, "it copies dimension " + std::to_string(axis) + ", which the input does not have");
            dim = input ? (*input)[axis] : Shape::unknown;
            known = dim < 0 ? -1 : known;
        } else if (dim == -1) {
            if (inferred >= 0)
                failOperator(node, "two dimensions are left open");
            inferred = axis;
            continue;
        } else if (dim < 0) {
            failOperator(node, "a dimension is " + std::to_string(dim));
        }
        known = checkedMul(known, dim).value_or(-1);
    }
    const bool countable = known >= 0 && input && input->isStatic();
    if (inferred >= 0 && countable) {
        const std::int64_t total = input->elements();
        if (known == 0 || total % known != 0)
            failOperator(node, "the input's " + std::to_string(total) + " elements do not divide into the new shape");
        wanted[static_cast<std::size_t>(inferred)] = total / known;
    }
    Shape result(std::move(wanted));
    if (countable && result.elements() != input->elements())
        failOperator(node, "the input " + input->text() + " cannot take the shape " + result.text());
    return result;
}

std::vector<ValueInfo> inferReshape(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (const auto wanted = context.integers(1))
        return {typed(input.dtype, resolveShape(context.node, input.shape, *wanted))};
    if (const auto rank = knownLength(context.input(1)); rank && *rank <= 64)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(*rank), Shape::unknown)))};
    return {typeOnly(input.dtype)};
}

std::vector<Tensor> runReshape(const RunContext& context)
{
    const Tensor& input = context.input(0);
    return {input.reshaped(resolveShape(context.node, input.shape(), context.input(1).toIntegers()))};
}

Shape flattened(const Node& node, const Shape& shape)
{
    const std::int64_t stated = node.integer("axis", 1);
    const int axis = stated == shape.rank() ? shape.rank() : axisOf(node, stated, shape.rank());
    const auto count = [&](int from, int to) {
        for (int i = from; i < to; ++i)
            if (shape[i] < 0)
                return Shape::unknown;
        return shape.elements(from, to);
    };
    return Shape{count(0, axis), count(axis, shape.rank())};
}

std::vector<ValueInfo> inferFlatten(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    return {input.shape ? typed(input.dtype, flattened(context.node, *input.shape))
                        : typed(input.dtype, Shape{Shape::unknown, Shape::unknown})};
}

std::vector<Tensor> runFlatten(const RunContext& context)
{
    return {context.input(0).reshaped(flattened(context.node, context.input(0).shape()))};
}

}

void register_reshape(Table<Op>& table)
{
    table.add({.id = "Reshape",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = inferReshape,
               .run = runReshape});
    table.add({.id = "Flatten",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = inferFlatten,
               .run = runFlatten});
}

}
