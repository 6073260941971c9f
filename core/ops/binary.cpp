// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic of two operands under broadcasting.
#include <cmath>

#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

template <typename Fn> std::vector<Tensor> runPairs(const RunContext& context, Fn&& fn)
{
    const Tensor& a = context.input(0);
    return {visitNumeric(context.node, a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return mapPairs<T, T>(context.node, a, context.input(1), a.dtype(), fn);
    })};
}

std::vector<Tensor> runAdd(const RunContext& context)
{
    return runPairs(context, [](auto a, auto b) { return wrappingAdd(a, b); });
}

std::vector<Tensor> runSub(const RunContext& context)
{
    return runPairs(context, [](auto a, auto b) { return wrappingSub(a, b); });
}

std::vector<Tensor> runMul(const RunContext& context)
{
    return runPairs(context, [](auto a, auto b) { return wrappingMul(a, b); });
}

/// Integer quotients truncate. The most negative number divided by -1 wraps.
template <typename T> T divide(const RunContext& context, T a, T b)
{
    if constexpr (std::is_floating_point_v<T>) {
        return a / b;
    } else {
        if (b == 0)
            context.fail("division by zero");
        if constexpr (std::is_signed_v<T>)
            if (b == -1)
                return wrappingSub(T{0}, a);
        return static_cast<T>(a / b);
    }
}

std::vector<Tensor> runDiv(const RunContext& context)
{
    return runPairs(context, [&](auto a, auto b) { return divide(context, a, b); });
}

/// fmod != 0: the sign of the dividend, as C's fmod; otherwise the sign of the divisor, integers only.
template <typename T> T modulo(const RunContext& context, T a, T b, bool fmod)
{
    if constexpr (std::is_floating_point_v<T>) {
        return std::fmod(a, b);
    } else {
        if (b == 0)
            context.fail("division by zero");
        if constexpr (std::is_signed_v<T>) {
            if (b == -1)
                return 0;
            const T rest = static_cast<T>(a % b);
            return !fmod && rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
        } else {
            return static_cast<T>(a % b);
        }
    }
}

std::vector<Tensor> runMod(const RunContext& context)
{
    const bool fmod = context.node.integer("fmod", 0) != 0;
    return runPairs(context, [&](auto a, auto b) { return modulo(context, a, b, fmod); });
}

template <typename T> T integerPower(T base, std::int64_t exponent)
{
    if (exponent < 0)
        return base == 1 ? T{1} : base == T(-1) ? static_cast<T>(exponent % 2 == 0 ? 1 : -1) : T{0};
    T result{1};
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            result = wrappingMul(result, base);
        base = wrappingMul(base, base);
    }
    return result;
}

/// The exponent may have another type than the base; the result has the base's.
std::vector<Tensor> runPow(const RunContext& context)
{
    const Tensor& base = context.input(0);
    return {visitNumeric(context.node, base.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_integral_v<T>)
            if (isInteger(context.input(1).dtype())) {
                const Tensor exponent = context.input(1).converted(DType::int64);
                const Tensor wide = base.converted(DType::int64);
                return mapPairs<std::int64_t, T>(context.node, wide, exponent, base.dtype(),
                                                 [](std::int64_t x, std::int64_t y) {
                                                     return integerPower(static_cast<T>(x), y);
                                                 });
            }
        const Tensor wide = base.converted(DType::float64), exponent = context.input(1).converted(DType::float64);
        Tensor result = mapPairs<double, double>(context.node, wide, exponent, DType::float64,
                                                 [](double x, double y) { return std::pow(x, y); });
        return result.converted(base.dtype());
    })};
}

/// One slope for all elements or broadcast to the input (never the other way round).
std::vector<Tensor> runPRelu(const RunContext& context)
{
    return runPairs(context, [](auto x, auto slope) { return x < 0 ? wrappingMul(x, slope) : x; });
}

std::vector<ValueInfo> inferPow(const InferContext& context)
{
    return {{context.input(0).dtype, broadcastInputs(context, 0, 2), {}}};
}

void addBinary(Table<Op>& table, const char* id, RunFunction run, Exactness exactness = Exactness::rounded)
{
    table.add({.id = id, .exactness = exactness, .infer = inferBroadcast, .run = run});
}

}

void register_binary(Table<Op>& table)
{
    addBinary(table, "Add", viaFloat32<runAdd>);
    addBinary(table, "Sub", viaFloat32<runSub>);
    addBinary(table, "Mul", viaFloat32<runMul>);
    addBinary(table, "Div", viaFloat32<runDiv>);
    addBinary(table, "Mod", viaFloat32<runMod>, Exactness::exact);
    addBinary(table, "PRelu", viaFloat32<runPRelu>);
    table.add({.id = "Pow", .exactness = Exactness::approximate, .infer = inferPow, .run = viaFloat32<runPow>});
}

}
