// SPDX-License-Identifier: GPL-3.0-or-later
// Element-wise functions of codes, as com.microsoft defines them (onnxruntime, docs/ContribOperators.md).
#include <cmath>

#include "core/numeric/arithmetic.h"
#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

/// a, scale, zero-point, b, scale, zero-point, c scale, c zero-point.
std::vector<ValueInfo> inferPair(const InferContext& context)
{
    const ValueInfo &a = context.input(0), &b = context.input(3);
    if (!a.shape || !b.shape)
        return {typeOnly(a.dtype)};
    const std::array shapes{*a.shape, *b.shape};
    return {typed(a.dtype, broadcastShapes(context.node, shapes))};
}

/// Scale and zero-point of one operand or of the result, in float32 as the formulas use them.
struct Grid
{
    float scale, zero;

    Grid(const RunContext& context, std::size_t scaleOperand)
        : scale(scalarScale(context, scaleOperand))
        , zero(static_cast<float>(scalarZeroPoint(context, scaleOperand + 1)))
    {
    }
};

/// formula(x, y) of the codes, rounded: the zero-point of the result is part of it already.
template <typename Formula>
std::vector<Tensor> runPair(const RunContext& context, Formula&& formula)
{
    const Tensor &a = context.input(0), &b = context.input(3);
    const CodeLimits limits = resultCodes(context.node, a.dtype());
    return {visitInteger(context.node, a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return mapPairs<T, T>(context.node, a, b, a.dtype(), [&](T x, T y) {
            return static_cast<T>(
                limitCode(roundHalfEven(formula(static_cast<float>(x), static_cast<float>(y))), limits));
        });
    })};
}

/// The arithmetic of ONNX Runtime (tests/interop/README.md): two fused multiply-adds onto one constant.
std::vector<Tensor> runAdd(const RunContext& context)
{
    const Grid a(context, 1), b(context, 4), c(context, 6);
    const float ratioA = a.scale / c.scale, ratioB = b.scale / c.scale;
    const float inner = ratioB * b.zero;
    const float fixed = c.zero - std::fma(ratioA, a.zero, inner);
    return runPair(context,
                   [&](float x, float y) { return std::fma(x, ratioA, std::fma(y, ratioB, fixed)); });
}

std::vector<Tensor> runMul(const RunContext& context)
{
    const Grid a(context, 1), b(context, 4), c(context, 6);
    const float multiplier = (a.scale * b.scale) / c.scale;
    return runPair(context,
                   [&](float x, float y) { return (x - a.zero) * (y - b.zero) * multiplier + c.zero; });
}

std::string refusePair(const Node& node)
{
    return node.inputs.size() < 7 ? "it needs two operands with scales and the scale of the result" : "";
}

}

void register_qlinear(Table<Op>& table)
{
    table.add({.id = "com.microsoft::QLinearAdd",
               .exactness = Exactness::rounded,
               .infer = inferPair,
               .run = runAdd,
               .refuse = refusePair});
    table.add({.id = "com.microsoft::QLinearMul",
               .exactness = Exactness::rounded,
               .infer = inferPair,
               .run = runMul,
               .refuse = refusePair});
}

}
