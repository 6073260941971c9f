// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/matmul_geometry.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferMatMul(const InferContext& context)
{
    const ValueInfo &a = context.input(0), &b = context.input(1);
    if (!a.shape || !b.shape)
        return {typeOnly(a.dtype)};
    return {typed(a.dtype, matMulGeometry(context.node, *a.shape, *b.shape).output)};
}

std::vector<Tensor> runMatMul(const RunContext& context)
{
    const Tensor &a = context.input(0), &b = context.input(1);
    const MatMulGeometry geometry = matMulGeometry(context.node, a.shape(), b.shape());
    return {visitNumeric(context.node, a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        using Acc = Accumulator<T>;
        Tensor output(a.dtype(), geometry.output);
        const auto left = a.data<T>(), right = b.data<T>();
        const auto out = output.mutableData<T>();
        multiplyMatrices<Acc>(
            geometry,
            [&](std::size_t i, std::size_t j, std::int64_t, std::int64_t) {
                return wrappingMul(static_cast<Acc>(left[i]), static_cast<Acc>(right[j]));
            },
            [&](std::int64_t i, std::int64_t, Acc sum) { out[static_cast<std::size_t>(i)] = static_cast<T>(sum); },
            context.control);
        return output;
    })};
}

std::int64_t countMatMul(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& a = context.input(0);
    if (outputs.empty() || !outputs[0].isStatic() || !a.isStatic())
        return 0;
    return productOrZero(std::array{outputs[0].shape->elements(), (*a.shape)[a.shape->rank() - 1]});
}

}

void register_matmul(Table<Op>& table)
{
    table.add({.id = "MatMul",
               .traits = {OpTraits::Kind::weighted, 1, -1, -1},
               .exactness = Exactness::accumulated,
               .infer = inferMatMul,
               .run = viaFloat32<runMatMul>,
               .macs = countMatMul});
}

}
