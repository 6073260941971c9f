// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/checked.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The shape of the operands one after the other along `axis`; other axes must agree.
Shape joined(const Node& node, std::span<const Shape> shapes, int axis)
{
    Shape result = shapes.front();
    for (const Shape& shape : shapes.subspan(1)) {
        if (shape.rank() != result.rank())
            failOperator(node, "the operands " + result.text() + " and " + shape.text() + " differ in rank");
        for (int i = 0; i < shape.rank(); ++i) {
            if (i == axis)
                result[i] = result[i] < 0 || shape[i] < 0 ? Shape::unknown
                                                          : checkedAdd(result[i], shape[i]).value_or(Shape::unknown);
            else if (result[i] < 0)
                result[i] = shape[i];
            else if (shape[i] >= 0 && shape[i] != result[i])
                failOperator(node, "the operands " + result.text() + " and " + shape.text() + " do not line up");
        }
    }
    return result;
}

std::vector<ValueInfo> inferConcat(const InferContext& context)
{
    DType type = DType::undefined;
    std::vector<Shape> shapes;
    for (const ValueInfo& input : context.inputs) {
        if (type == DType::undefined)
            type = input.dtype;
        if (input.shape)
            shapes.push_back(*input.shape);
    }
    if (shapes.empty() || shapes.size() != context.inputs.size())
        return {typeOnly(type)};
    const int axis = axisOf(context.node, context.node.integer("axis", 1), shapes.front().rank());
    return {typed(type, joined(context.node, shapes, axis))};
}

std::vector<Tensor> runConcat(const RunContext& context)
{
    if (context.inputs.empty())
        context.fail("it needs at least one operand");
    const Tensor& first = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", 1), first.shape().rank());
    std::vector<Shape> shapes;
    for (const Tensor& input : context.inputs) {
        if (input.dtype() != first.dtype() || input.dtype() == DType::string)
            context.fail("the operands' element types cannot be joined");
        shapes.push_back(input.shape());
    }
    Tensor output(first.dtype(), joined(context.node, shapes, axis));
    const std::int64_t outer = output.shape().elements(0, axis);
    const std::int64_t row = output.shape().elements(axis, output.shape().rank());
    std::int64_t offset = 0;
    for (const Tensor& input : context.inputs) {
        const std::int64_t length = input.shape().elements(axis, input.shape().rank());
        for (std::int64_t i = 0; i < outer; ++i)
            copyElements(input, i * length, output, i * row + offset, length);
        offset += length;
    }
    return {output};
}

}

void register_concat(Table<Op>& table)
{
    table.add({.id = "Concat",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferConcat,
               .run = runConcat});
}

}
