// SPDX-License-Identifier: GPL-3.0-or-later
// Products of codes: MatMulInteger (accumulators come out) and QLinearMatMul (codes come out).
#include "core/numeric/arithmetic.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/matmul_geometry.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferFrom(const InferContext& context, std::size_t rightOperand, DType type)
{
    const ValueInfo &a = context.input(0), &b = context.input(rightOperand);
    if (!a.shape || !b.shape)
        return {typeOnly(type)};
    return {typed(type, matMulGeometry(context.node, *a.shape, *b.shape).output)};
}

std::vector<ValueInfo> inferMatMulInteger(const InferContext& context)
{
    return inferFrom(context, 1, DType::int32);
}

/// a, scale, zero-point, b, scale, zero-point, y scale, y zero-point.
std::vector<ValueInfo> inferQLinearMatMul(const InferContext& context)
{
    return inferFrom(context, 3, context.input(7).dtype);
}

/// The left zero-point may be one a row, the right one one a column.
template <typename Store>
void accumulate(const RunContext& context, const MatMulGeometry& geometry, std::size_t rightOperand,
                std::size_t leftZero, std::size_t rightZero, Store&& store)
{
    const Tensor a = context.input(0).converted(DType::int32);
    const Tensor b = context.input(rightOperand).converted(DType::int32);
    const auto left = a.data<std::int32_t>(), right = b.data<std::int32_t>();
    const std::vector<std::int32_t> rows = channelZeroPoints(context, leftZero, geometry.m);
    const std::vector<std::int32_t> columns = channelZeroPoints(context, rightZero, geometry.n);
    multiplyMatrices<std::int64_t>(
        geometry,
        [&](std::size_t i, std::size_t j, std::int64_t row, std::int64_t column) {
            return (std::int64_t{left[i]} - rows[static_cast<std::size_t>(row)]) *
                   (std::int64_t{right[j]} - columns[static_cast<std::size_t>(column)]);
        },
        store, context.control);
}

std::vector<Tensor> runMatMulInteger(const RunContext& context)
{
    const MatMulGeometry geometry =
        matMulGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    Tensor output(DType::int32, geometry.output);
    const auto out = output.mutableData<std::int32_t>();
    accumulate(context, geometry, 1, 2, 3, [&](std::int64_t i, std::int64_t, std::int64_t sum) {
        out[static_cast<std::size_t>(i)] = accumulator(sum);
    });
    return {output};
}

std::vector<Tensor> runQLinearMatMul(const RunContext& context)
{
    const MatMulGeometry geometry =
        matMulGeometry(context.node, context.input(0).shape(), context.input(3).shape());
    const float leftScale = scalarScale(context, 1), outputScale = scalarScale(context, 6);
    const std::vector<float> rightScales = channelScales(context, 4, geometry.n);
    const std::int32_t zeroPoint = scalarZeroPoint(context, 7);
    const DType type = context.input(7).dtype();
    const CodeLimits limits = resultCodes(context.node, type);
    Tensor output(type, geometry.output);
    visitInteger(context.node, type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        accumulate(context, geometry, 3, 2, 5, [&](std::int64_t i, std::int64_t column, std::int64_t sum) {
            const float multiplier =
                requantizeMultiplier(leftScale, rightScales[static_cast<std::size_t>(column)], outputScale);
            out[static_cast<std::size_t>(i)] =
                static_cast<T>(requantize(accumulator(sum), multiplier, zeroPoint, limits));
        });
    });
    return {output};
}

std::int64_t countMacs(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& a = context.input(0);
    if (outputs.empty() || !outputs[0].isStatic() || !a.isStatic() || a.shape->rank() == 0)
        return 0;
    return productOrZero(std::array{outputs[0].shape->elements(), (*a.shape)[a.shape->rank() - 1]});
}

}

void register_matmul_integer(Table<Op>& table)
{
    table.add({.id = "MatMulInteger",
               .traits = {OpTraits::Kind::weighted, 1, -1, -1},
               .exactness = Exactness::exact,
               .infer = inferMatMulInteger,
               .run = runMatMulInteger,
               .macs = countMacs});
    table.add({.id = "QLinearMatMul",
               .traits = {OpTraits::Kind::weighted, 3, -1, -1},
               .exactness = Exactness::exact,
               .infer = inferQLinearMatMul,
               .run = runQLinearMatMul,
               .macs = countMacs});
}

}
