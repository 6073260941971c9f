// SPDX-License-Identifier: GPL-3.0-or-later
// Relu and Clip, which fold into the layer before them.
#include <limits>

#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

std::vector<Tensor> runRelu(const RunContext& context)
{
    return {mapNumeric(context.node, context.input(0), [](auto x) { return x < 0 ? decltype(x){0} : x; })};
}

/// One bound of Clip: its operand, or `fallback` when omitted.
template <typename T> T bound(const RunContext& context, std::size_t operand, T fallback)
{
    const Tensor& tensor = context.input(operand);
    if (tensor.empty())
        return fallback;
    if (tensor.elements() != 1)
        context.fail("a bound must be one number");
    return tensor.data<T>()[0];
}

std::vector<Tensor> runClip(const RunContext& context)
{
    return {visitNumeric(context.node, context.input(0).dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const T low = bound<T>(context, 1, std::numeric_limits<T>::lowest());
        const T high = bound<T>(context, 2, std::numeric_limits<T>::max());
        // The upper bound wins where the bounds cross.
        return mapNumeric(context.node, context.input(0), [=](auto x) {
            const T raised = x < static_cast<decltype(x)>(low) ? low : static_cast<T>(x);
            return raised > high ? high : raised;
        });
    })};
}

/// Before opset 11 the bounds are attributes.
void upgradeClip(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset >= 11)
        return;
    realToOperand(graph, node, "min", 1);
    realToOperand(graph, node, "max", 2);
}

}

void register_clamp(Table<Op>& table)
{
    constexpr OpTraits clamp{.kind = OpTraits::Kind::clamp};
    table.add({.id = "Relu",
               .traits = clamp,
               .exactness = Exactness::exact,
               .infer = inferSame,
               .run = viaFloat32<runRelu>});
    table.add({.id = "Clip",
               .traits = clamp,
               .exactness = Exactness::exact,
               .infer = inferSame,
               .run = viaFloat32<runClip>,
               .upgrade = upgradeClip});
}

}
