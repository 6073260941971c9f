// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The axes reversed where none are given.
std::vector<int> permutation(const Node& node, int rank)
{
    std::vector<std::int64_t> perm = node.integers("perm");
    if (perm.empty())
        for (int axis = rank - 1; axis >= 0; --axis)
            perm.push_back(axis);
    if (static_cast<int>(perm.size()) != rank)
        failOperator(node, "perm has " + std::to_string(perm.size()) + " axes, the input " + std::to_string(rank));
    return axesOf(node, perm, rank);
}

std::vector<ValueInfo> inferTranspose(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    std::vector<std::int64_t> dims;
    for (const int axis : permutation(context.node, input.shape->rank()))
        dims.push_back((*input.shape)[axis]);
    return {typed(input.dtype, Shape(std::move(dims)))};
}

std::vector<Tensor> runTranspose(const RunContext& context)
{
    return {transposed(context.input(0), permutation(context.node, context.input(0).shape().rank()))};
}

}

void register_transpose(Table<Op>& table)
{
    table.add({.id = "Transpose",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferTranspose,
               .run = runTranspose});
}

}
