// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The shape that MaxPool with the same attributes made the input from, where it is not stated.
Shape unpooledShape(const Node& node, const Shape& input)
{
    const std::vector<std::int64_t> kernel = node.integers("kernel_shape");
    if (input.rank() < 3 || static_cast<int>(kernel.size()) != input.rank() - 2)
        failOperator(node, "the kernel does not fit the input " + input.text());
    const std::size_t rank = kernel.size();
    const auto sizes = boundedIntegers(node, "kernel_shape", rank, 1, 1, maxDimension);
    const auto strides = boundedIntegers(node, "strides", rank, 1, 1, maxDimension);
    const auto pads = boundedIntegers(node, "pads", 2 * rank, 0, 0, maxDimension);
    Shape shape = input;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        std::int64_t& dim = shape[static_cast<int>(axis) + 2];
        if (dim < 0)
            continue;
        if (dim > maxDimension)
            failOperator(node, "the input is too large");
        dim = (dim - 1) * strides[axis] + sizes[axis] - pads[axis] - pads[rank + axis];
        if (dim < 0 || dim > maxDimension)
            failOperator(node, "the pads take more than there is");
    }
    return shape;
}

Shape statedShape(const Node& node, const Shape& input, std::vector<std::int64_t> dims)
{
    if (static_cast<int>(dims.size()) != input.rank())
        failOperator(node, "the output shape has " + std::to_string(dims.size()) + " axes");
    for (const std::int64_t dim : dims)
        if (dim < 0)
            failOperator(node, "a dimension is " + std::to_string(dim));
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferUnpool(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    if (!context.input(2).present())
        return {typed(input.dtype, unpooledShape(context.node, *input.shape))};
    if (const auto dims = context.integers(2))
        return {typed(input.dtype, statedShape(context.node, *input.shape, *dims))};
    return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()),
                                                               Shape::unknown)))};
}

/// Zeros, with the input's elements at the flat positions that MaxPool wrote down.
std::vector<Tensor> runUnpool(const RunContext& context)
{
    const Tensor &input = givenOperand(context, 0), &places = givenOperand(context, 1);
    const Shape shape = context.input(2).empty()
                            ? unpooledShape(context.node, input.shape())
                            : statedShape(context.node, input.shape(), integersOperand(context, 2));
    if (places.shape() != input.shape() || dtypeSize(input.dtype()) == 0)
        context.fail("input and indices do not fit each other");
    const std::vector<std::int64_t> indices = integersOperand(context, 1);
    Tensor output(input.dtype(), shape);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (indices[i] < 0 || indices[i] >= output.elements())
            context.fail("index " + std::to_string(indices[i]) + " is outside the output " + shape.text());
        copyElements(input, static_cast<std::int64_t>(i), output, indices[i], 1);
    }
    return {output};
}

}

void register_max_unpool(Table<Op>& table)
{
    table.add({.id = "MaxUnpool",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferUnpool,
               .run = runUnpool});
}

}
