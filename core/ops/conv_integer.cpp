// SPDX-License-Identifier: GPL-3.0-or-later
// Convolutions of codes: ConvInteger (accumulators come out) and QLinearConv (codes come out).
#include "core/numeric/arithmetic.h"
#include "core/ops/conv_geometry.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferFrom(const InferContext& context, std::size_t weightOperand, DType type)
{
    const ValueInfo &input = context.input(0), &weight = context.input(weightOperand);
    if (!input.shape || !weight.isStatic())
        return {typeOnly(type)};
    return {typed(type, convGeometry(context.node, *input.shape, *weight.shape).outputShape())};
}

std::vector<ValueInfo> inferConvInteger(const InferContext& context)
{
    return inferFrom(context, 1, DType::int32);
}

/// x, scale, zero-point, w, scale, zero-point, y scale, y zero-point, bias. Without the scale and zero-point
/// of y, which only the engine itself leaves out (as QGemm may), the result is real.
std::vector<ValueInfo> inferQLinearConv(const InferContext& context)
{
    const bool real = !context.input(6).present();
    return inferFrom(context, 3, real ? DType::float32 : context.input(7).dtype);
}

/// Calls store(index, channel, sum) with the sums of (x - zero) * (w - zero).
template <typename Store>
void accumulate(const RunContext& context, const ConvGeometry& geometry, std::size_t weightOperand,
                std::size_t inputZero, std::size_t weightZero, Store&& store)
{
    const Tensor x = context.input(0).converted(DType::int32);
    const Tensor w = context.input(weightOperand).converted(DType::int32);
    const std::vector<std::int32_t> zeros = channelZeroPoints(context, weightZero, geometry.outChannels);
    convolve<std::int64_t>(
        geometry, x.data<std::int32_t>(), std::int64_t{scalarZeroPoint(context, inputZero)},
        w.data<std::int32_t>(),
        [&](std::int64_t channel) { return std::int64_t{zeros[static_cast<std::size_t>(channel)]}; }, store,
        context.control);
}

std::vector<Tensor> runConvInteger(const RunContext& context)
{
    const ConvGeometry geometry =
        convGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    Tensor output(DType::int32, geometry.outputShape());
    const auto out = output.mutableData<std::int32_t>();
    accumulate(context, geometry, 1, 2, 3, [&](std::int64_t i, std::int64_t, std::int64_t sum) {
        out[static_cast<std::size_t>(i)] = accumulator(sum);
    });
    return {output};
}

std::vector<Tensor> runQLinearConv(const RunContext& context)
{
    const ConvGeometry geometry =
        convGeometry(context.node, context.input(0).shape(), context.input(3).shape());
    const Tensor& bias = context.input(8);
    if (!bias.empty() && bias.elements() != geometry.outChannels)
        context.fail("the bias does not have one element an output channel");
    const auto offset = bias.empty() ? std::span<const std::int32_t>{} : bias.data<std::int32_t>();
    const float inputScale = scalarScale(context, 1);
    const std::vector<float> weightScales = channelScales(context, 4, geometry.outChannels);
    const auto biased = [&](std::int64_t sum, std::size_t c) {
        return accumulator(sum + (offset.empty() ? 0 : offset[c]));
    };
    if (context.input(6).empty()) {
        Tensor real(DType::float32, geometry.outputShape());
        const auto out = real.mutableData<float>();
        accumulate(context, geometry, 3, 2, 5, [&](std::int64_t i, std::int64_t channel, std::int64_t sum) {
            const auto c = static_cast<std::size_t>(channel);
            out[static_cast<std::size_t>(i)] =
                static_cast<float>(biased(sum, c)) * (inputScale * weightScales[c]);
        });
        return {real};
    }
    const float outputScale = scalarScale(context, 6);
    const std::int32_t zeroPoint = scalarZeroPoint(context, 7);
    const DType type = context.input(7).dtype();
    const CodeLimits limits = resultCodes(context.node, type);
    Tensor output(type, geometry.outputShape());
    visitInteger(context.node, type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        accumulate(context, geometry, 3, 2, 5, [&](std::int64_t i, std::int64_t channel, std::int64_t sum) {
            const auto c = static_cast<std::size_t>(channel);
            const float multiplier = requantizeMultiplier(inputScale, weightScales[c], outputScale);
            out[static_cast<std::size_t>(i)] =
                static_cast<T>(requantize(biased(sum, c), multiplier, zeroPoint, limits));
        });
    });
    return {output};
}

template <std::size_t weightOperand>
std::int64_t countMacs(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& weight = context.input(weightOperand);
    if (outputs.empty() || !outputs[0].isStatic() || !weight.isStatic() || weight.shape->rank() < 2)
        return 0;
    return productOrZero(
        std::array{outputs[0].shape->elements(), weight.shape->elements(1, weight.shape->rank())});
}

}

void register_conv_integer(Table<Op>& table)
{
    table.add({.id = "ConvInteger",
               .traits = {OpTraits::Kind::weighted, 1, -1, 0},
               .exactness = Exactness::exact,
               .infer = inferConvInteger,
               .run = runConvInteger,
               .macs = countMacs<1>});
    table.add({.id = "QLinearConv",
               .traits = {OpTraits::Kind::weighted, 3, 8, 0},
               .exactness = Exactness::exact,
               .infer = inferQLinearConv,
               .run = runQLinearConv,
               .macs = countMacs<3>});
}

}
