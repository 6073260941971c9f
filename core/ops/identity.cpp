// SPDX-License-Identifier: GPL-3.0-or-later
// Identity, and Dropout, which is one outside of training.
#include "core/ops/infer_helpers.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};

std::vector<Tensor> runIdentity(const RunContext& context)
{
    return {context.input(0)};
}

std::vector<ValueInfo> inferDropout(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    return {{input.dtype, input.shape, {}}, {DType::boolean, input.shape, {}}};
}

/// The mask keeps every element.
std::vector<Tensor> runDropout(const RunContext& context)
{
    const Tensor &ratio = context.input(1), &training = context.input(2);
    const bool dropsNothing = ratio.elements() == 1 && ratio.at(0) == 0;
    if (training.elements() == 1 && training.at(0) != 0 && !dropsNothing)
        context.fail("training mode is not supported");
    Tensor mask(DType::boolean, context.input(0).shape());
    for (bool& kept : mask.mutableData<bool>())
        kept = true;
    return {context.input(0), mask};
}

/// Before opset 12 the ratio is an attribute; it has no effect outside of training.
void upgradeDropout(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset < 12)
        realToOperand(graph, node, "ratio", 1);
}

}

void register_identity(Table<Op>& table)
{
    table.add({.id = "Identity",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferSame,
               .run = runIdentity});
    table.add({.id = "Dropout",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferDropout,
               .run = runDropout,
               .upgrade = upgradeDropout});
}

}
