// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of one number of any numeric type (Neg, Abs, Sign), and the questions IsNaN and IsInf.
#include <cmath>

#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::vector<Tensor> runNeg(const RunContext& context)
{
    return {mapNumeric(context.node, context.input(0), [](auto x) {
        if constexpr (std::is_floating_point_v<decltype(x)>)
            return -x;
        else
            return wrappingSub(decltype(x){0}, x);
    })};
}

std::vector<Tensor> runAbs(const RunContext& context)
{
    return {mapNumeric(context.node, context.input(0), [](auto x) {
        if constexpr (std::is_floating_point_v<decltype(x)>)
            return std::abs(x);
        else
            return x < 0 ? wrappingSub(decltype(x){0}, x) : x;
    })};
}

std::vector<Tensor> runSign(const RunContext& context)
{
    return {mapNumeric(context.node, context.input(0), [](auto x) {
        const decltype(x) zero{0};
        return x > zero ? 1 : x < zero ? -1 : 0;
    })};
}

template <typename Fn> std::vector<Tensor> askFloats(const RunContext& context, Fn&& fn)
{
    Tensor output(DType::boolean, context.input(0).shape());
    const auto to = output.mutableData<bool>();
    visitFloat(context.node, context.input(0).dtype(), [&](auto tag) {
        const auto from = context.input(0).data<typename decltype(tag)::type>();
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = fn(from[i]);
    });
    return {output};
}

std::vector<Tensor> runIsNaN(const RunContext& context)
{
    return askFloats(context, [](auto x) { return std::isnan(x); });
}

std::vector<Tensor> runIsInf(const RunContext& context)
{
    const bool negative = context.node.integer("detect_negative", 1) != 0;
    const bool positive = context.node.integer("detect_positive", 1) != 0;
    return askFloats(context, [=](auto x) { return std::isinf(x) && (x < 0 ? negative : positive); });
}

std::vector<ValueInfo> inferQuestion(const InferContext& context)
{
    return {{DType::boolean, context.input(0).shape, {}}};
}

}

void register_sign(Table<Op>& table)
{
    table.add({.id = "Neg", .exactness = Exactness::exact, .infer = inferSame, .run = viaFloat32<runNeg>});
    table.add({.id = "Abs", .exactness = Exactness::exact, .infer = inferSame, .run = viaFloat32<runAbs>});
    table.add({.id = "Sign", .exactness = Exactness::exact, .infer = inferSame, .run = viaFloat32<runSign>});
    constexpr OpTraits question{.kind = OpTraits::Kind::structural};
    table.add({.id = "IsNaN",
               .traits = question,
               .exactness = Exactness::exact,
               .infer = inferQuestion,
               .run = viaFloat32<runIsNaN>});
    table.add({.id = "IsInf",
               .traits = question,
               .exactness = Exactness::exact,
               .infer = inferQuestion,
               .run = viaFloat32<runIsInf>});
}

}
