// SPDX-License-Identifier: GPL-3.0-or-later
// Element-wise functions and averages of codes, as com.microsoft defines them (onnxruntime, docs/ContribOperators.md).
#include "core/numeric/encoding.h"
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

/// fn of the two real numbers that the codes stand for, back to codes.
template <typename Fn> std::vector<Tensor> runPair(const RunContext& context, Fn&& fn)
{
    const Tensor &a = context.input(0), &b = context.input(3);
    const float scaleA = scalarScale(context, 1), scaleB = scalarScale(context, 4), scaleC = scalarScale(context, 6);
    const std::int32_t zeroA = scalarZeroPoint(context, 2), zeroB = scalarZeroPoint(context, 5);
    const std::int32_t zeroC = scalarZeroPoint(context, 7);
    const std::int32_t low = lowestCode(a.dtype()), high = highestCode(a.dtype());
    return {visitInteger(context.node, a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return mapPairs<T, T>(context.node, a, b, a.dtype(), [&](T x, T y) {
            const float real = fn(scaleA * static_cast<float>(static_cast<std::int32_t>(x) - zeroA),
                                  scaleB * static_cast<float>(static_cast<std::int32_t>(y) - zeroB));
            return static_cast<T>(quantizeOne(real, scaleC, zeroC, low, high));
        });
    })};
}

std::vector<Tensor> runAdd(const RunContext& context)
{
    return runPair(context, [](float a, float b) { return a + b; });
}

std::vector<Tensor> runMul(const RunContext& context)
{
    return runPair(context, [](float a, float b) { return a * b; });
}

std::string refusePair(const Node& node)
{
    return node.inputs.size() < 7 ? "it needs two operands with scales and the scale of the result" : "";
}

std::string refuseChannelsLast(const Node& node)
{
    return node.integer("channels_last", 0) != 0 ? "channels_last is not supported" : "";
}

/// x, scale, zero-point, y scale, y zero-point.
std::vector<ValueInfo> inferAverage(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape || input.shape->rank() < 2)
        return {typeOnly(input.dtype)};
    std::vector<std::int64_t> dims(static_cast<std::size_t>(input.shape->rank()), 1);
    dims[0] = (*input.shape)[0];
    dims[1] = (*input.shape)[1];
    return {typed(input.dtype, Shape(std::move(dims)))};
}

std::vector<Tensor> runAverage(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Shape& shape = input.shape();
    if (shape.rank() < 3)
        context.fail("the input has no spatial axes");
    std::vector<std::int64_t> dims(static_cast<std::size_t>(shape.rank()), 1);
    dims[0] = shape[0];
    dims[1] = shape[1];
    const auto size = static_cast<std::size_t>(shape.elements(2, shape.rank()));
    const std::int32_t zeroIn = scalarZeroPoint(context, 2), zeroOut = scalarZeroPoint(context, 4);
    const float multiplier = scalarScale(context, 1) / (scalarScale(context, 3) * static_cast<float>(size));
    Tensor output(input.dtype(), Shape(std::move(dims)));
    visitInteger(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        for (std::size_t plane = 0; plane < out.size(); ++plane) {
            std::int64_t sum = 0;
            for (const T code : input.data<T>().subspan(plane * size, size))
                sum += static_cast<std::int64_t>(code) - zeroIn;
            out[plane] = static_cast<T>(
                requantize(sum, multiplier, zeroOut, lowestCode(input.dtype()), highestCode(input.dtype())));
        }
    });
    return {output};
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
    table.add({.id = "com.microsoft::QLinearGlobalAveragePool",
               .exactness = Exactness::rounded,
               .infer = inferAverage,
               .run = runAverage,
               .refuse = refuseChannelsLast});
}

}
