// SPDX-License-Identifier: GPL-3.0-or-later
// BitShift and the bitwise functions of integers.
#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

void checkWidth(const RunContext& context)
{
    const DType type = givenOperand(context, 0).dtype();
    if (!isInteger(type) || dtypeBits(type) < 8)
        context.fail("its operands must be integers of 8 bits or more");
}

template <typename Fn> std::vector<Tensor> combineBits(const RunContext& context, Fn&& fn)
{
    checkWidth(context);
    const Tensor& a = context.input(0);
    return {visitInteger(context.node, a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return mapPairs<T, T>(context.node, a, context.input(1), a.dtype(), fn);
    })};
}

std::vector<Tensor> runAnd(const RunContext& context)
{
    return combineBits(context, [](auto a, auto b) { return static_cast<decltype(a)>(a & b); });
}

std::vector<Tensor> runOr(const RunContext& context)
{
    return combineBits(context, [](auto a, auto b) { return static_cast<decltype(a)>(a | b); });
}

std::vector<Tensor> runXor(const RunContext& context)
{
    return combineBits(context, [](auto a, auto b) { return static_cast<decltype(a)>(a ^ b); });
}

std::vector<Tensor> runNot(const RunContext& context)
{
    checkWidth(context);
    return {mapNumeric(context.node, context.input(0), [](auto x) {
        if constexpr (std::is_integral_v<decltype(x)>)
            return static_cast<decltype(x)>(~x);
        else
            return x;
    })};
}

/// Bits shifted out are lost, also when the shift is as wide as the element.
std::vector<Tensor> runShift(const RunContext& context)
{
    const bool left = context.node.text("direction", "") == "LEFT";
    if (isSigned(givenOperand(context, 0).dtype()))
        context.fail("its operands must be unsigned");
    return combineBits(context, [left](auto value, auto by) {
        using T = decltype(value);
        const auto wide = static_cast<std::uint64_t>(value);
        if (static_cast<std::uint64_t>(by) >= 8 * sizeof(T))
            return T{0};
        return static_cast<T>(left ? wide << by : wide >> by);
    });
}

std::string refuseShift(const Node& node)
{
    const std::string direction = node.text("direction", "");
    return direction == "LEFT" || direction == "RIGHT" ? "" : "the direction \"" + direction + "\" is not known";
}

void addBits(Table<Op>& table, const char* id, RunFunction run)
{
    table.add({.id = id,
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 18,
               .infer = inferBroadcast,
               .run = run});
}

}

void register_bits(Table<Op>& table)
{
    addBits(table, "BitwiseAnd", runAnd);
    addBits(table, "BitwiseOr", runOr);
    addBits(table, "BitwiseXor", runXor);
    addBits(table, "BitwiseNot", runNot);
    table.add({.id = "BitShift",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 11,
               .infer = inferBroadcast,
               .run = runShift,
               .refuse = refuseShift});
}

}
