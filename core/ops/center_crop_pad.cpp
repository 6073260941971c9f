// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The input's shape with the stated axes (all when none are) of the stated sizes.
Shape centredShape(const Node& node, const Shape& input, const std::vector<std::int64_t>& sizes)
{
    std::vector<int> axes = axesOf(node, node.integers("axes"), input.rank());
    if (!node.has("axes"))
        for (int axis = 0; axis < input.rank(); ++axis)
            axes.push_back(axis);
    if (axes.size() != sizes.size())
        failOperator(node, "it needs one size for each of " + std::to_string(axes.size()) + " axes");
    Shape shape = input;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (sizes[i] < 0 || sizes[i] > maxDimension)
            failOperator(node, "a size is " + std::to_string(sizes[i]));
        shape[axes[i]] = sizes[i];
    }
    return shape;
}

std::vector<ValueInfo> inferCentre(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto sizes = context.integers(1);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    if (!sizes)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()),
                                                                   Shape::unknown)))};
    return {typed(input.dtype, centredShape(context.node, *input.shape, *sizes))};
}

/// The middle of the input in the middle of zeros; where a difference is odd the start gets the smaller half.
std::vector<Tensor> runCentre(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    if (dtypeSize(input.dtype()) == 0)
        context.fail("elements of type " + std::string(dtypeName(input.dtype())) + " are not supported");
    const Shape shape = centredShape(context.node, input.shape(), integersOperand(context, 1));
    Tensor output(input.dtype(), shape);
    const std::vector<std::int64_t> from = input.shape().strides(), own = shape.strides();
    for (std::int64_t i = 0; i < output.elements(); ++i) {
        std::int64_t offset = 0;
        bool inside = true;
        for (int axis = 0; axis < shape.rank() && inside; ++axis) {
            const auto at = static_cast<std::size_t>(axis);
            const std::int64_t size = input.shape()[axis], wanted = shape[axis];
            const std::int64_t shift = size > wanted ? (size - wanted) / 2 : -((wanted - size) / 2);
            const std::int64_t index = i / own[at] % wanted + shift;
            inside = index >= 0 && index < size;
            offset += index * from[at];
        }
        if (inside)
            copyElements(input, offset, output, i, 1);
    }
    return {output};
}

}

void register_center_crop_pad(Table<Op>& table)
{
    table.add({.id = "CenterCropPad",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .sinceOpset = 18,
               .infer = inferCentre,
               .run = runCentre});
}

}
