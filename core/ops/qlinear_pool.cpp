// SPDX-License-Identifier: GPL-3.0-or-later
// Averages of codes, as com.microsoft defines them (onnxruntime, docs/ContribOperators.md).
#include "core/numeric/arithmetic.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/pool_geometry.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

std::string refuseChannelsLast(const Node& node)
{
    return node.integer("channels_last", 0) != 0 ? "channels_last is not supported" : "";
}

/// x, scale, zero-point, y scale, y zero-point.
std::vector<ValueInfo> inferGlobal(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape || input.shape->rank() < 2)
        return {typeOnly(input.dtype)};
    std::vector<std::int64_t> dims(static_cast<std::size_t>(input.shape->rank()), 1);
    dims[0] = (*input.shape)[0];
    dims[1] = (*input.shape)[1];
    return {typed(input.dtype, Shape(std::move(dims)))};
}

std::vector<Tensor> runGlobal(const RunContext& context)
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
    const CodeLimits limits = resultCodes(context.node, input.dtype());
    const float multiplier = scalarScale(context, 1) / (scalarScale(context, 3) * static_cast<float>(size));
    Tensor output(input.dtype(), Shape(std::move(dims)));
    visitInteger(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        for (std::size_t plane = 0; plane < out.size(); ++plane) {
            std::int64_t sum = 0;
            for (const T code : input.data<T>().subspan(plane * size, size))
                sum += static_cast<std::int64_t>(code) - zeroIn;
            out[plane] = static_cast<T>(requantize(sum, multiplier, zeroOut, limits));
        }
    });
    return {output};
}

/// x, scale, zero-point, y scale, y zero-point.
std::vector<ValueInfo> inferAverage(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, poolOutputShape(*input.shape, poolWindow(context.node, *input.shape)))};
}

/// The mean of the real numbers, summed in float32 row by row; the zero-point is added before it is rounded.
std::vector<Tensor> runAverage(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Window window = poolWindow(context.node, input.shape());
    const bool includePad = context.node.integer("count_include_pad", 0) != 0;
    const float scaleIn = scalarScale(context, 1), scaleOut = scalarScale(context, 3);
    const std::int32_t zeroIn = scalarZeroPoint(context, 2);
    const auto zeroOut = static_cast<float>(scalarZeroPoint(context, 4));
    const CodeLimits limits = resultCodes(context.node, input.dtype());
    const Shape shape = poolOutputShape(input.shape(), window);
    Tensor output(input.dtype(), shape);
    const std::int64_t planes = shape[0] * shape[1], outPlane = window.outputElements();
    if (outPlane == 0)
        return {output};
    visitInteger(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        std::vector<std::int64_t> position(window.rank(), 0);
        std::vector<WindowTap> taps;
        std::int64_t at = 0;
        do {
            context.control.throwIfStopped();
            windowTaps(window, position, taps);
            const auto count = static_cast<float>(averageCount(window, position, includePad));
            for (std::int64_t plane = 0; plane < planes; ++plane) {
                float sum = 0;
                for (const WindowTap& tap : taps)
                    sum += static_cast<float>(
                               static_cast<std::int32_t>(
                                   in[static_cast<std::size_t>(plane * window.inputElements() + tap.input)]) -
                               zeroIn) *
                           scaleIn;
                const float code = roundHalfEven(sum / count / scaleOut + zeroOut);
                out[static_cast<std::size_t>(plane * outPlane + at)] =
                    static_cast<T>(limitCode(code, limits));
            }
            ++at;
        } while (nextPosition(position, window.output));
    });
    return {output};
}

}

void register_qlinear_pool(Table<Op>& table)
{
    table.add({.id = "com.microsoft::QLinearGlobalAveragePool",
               .exactness = Exactness::rounded,
               .infer = inferGlobal,
               .run = runGlobal,
               .refuse = refuseChannelsLast});
    table.add({.id = "com.microsoft::QLinearAveragePool",
               .exactness = Exactness::rounded,
               .infer = inferAverage,
               .run = runAverage,
               .refuse = refuseChannelsLast});
}

}
