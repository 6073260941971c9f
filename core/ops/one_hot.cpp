// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The shape of the indices with an axis of `depth` put in.
Shape hotShape(const Node& node, const Shape& indices, std::int64_t depth, int& axis)
{
    axis = axisOf(node, node.integer("axis", -1), indices.rank() + 1);
    std::vector<std::int64_t> dims = indices.dims();
    dims.insert(dims.begin() + axis, depth);
    return Shape(std::move(dims));
}

std::int64_t depthOf(const Node& node, const Tensor& tensor)
{
    const double depth = tensor.elements() == 1 && tensor.dtype() != DType::string ? tensor.at(0) : -1;
    if (!(depth >= 1 && depth <= static_cast<double>(maxDimension)))
        failOperator(node, "the depth must be one positive number");
    return static_cast<std::int64_t>(depth);
}

std::vector<ValueInfo> inferOneHot(const InferContext& context)
{
    const ValueInfo &indices = context.input(0), &depth = context.input(1);
    if (!indices.shape)
        return {typeOnly(context.input(2).dtype)};
    int axis = 0;
    const std::int64_t known = depth.constant.empty() ? Shape::unknown : depthOf(context.node, depth.constant);
    return {typed(context.input(2).dtype, hotShape(context.node, *indices.shape, known, axis))};
}

/// Indices within [-depth, depth) are marked; others leave their line without a mark. Indices may be of a float type.
std::vector<Tensor> runOneHot(const RunContext& context)
{
    const Tensor &indices = givenOperand(context, 0), &values = rankedOperand(context, 2, 1);
    if (values.elements() != 2 || dtypeSize(values.dtype()) == 0 || dtypeSize(indices.dtype()) == 0)
        context.fail("it needs indices and two numbers, off and on");
    int axis = 0;
    const std::int64_t depth = depthOf(context.node, givenOperand(context, 1));
    const Shape shape = hotShape(context.node, indices.shape(), depth, axis);
    const std::vector<std::int64_t> places = indices.converted(DType::int64).toIntegers();
    const std::int64_t inner = shape.elements(axis + 1, shape.rank());
    return {gatherElements(values, shape, [&](std::int64_t i) -> std::int64_t {
        const std::int64_t place = places[static_cast<std::size_t>(i / (inner * depth) * inner + i % inner)];
        const std::int64_t along = i / inner % depth;
        return place == along || place == along - depth;
    })};
}

}

void register_one_hot(Table<Op>& table)
{
    table.add({.id = "OneHot",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferOneHot,
               .run = runOneHot});
}

}
