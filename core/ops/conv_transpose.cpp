// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferConvTranspose(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const ValueInfo& weight = context.input(1);
    if (!input.shape || !weight.isStatic())
        return {typeOnly(input.dtype)};
    const ConvGeometry geometry = convTransposeGeometry(context.node, *input.shape, *weight.shape);
    return {typed(input.dtype, convTransposeOutputShape(geometry))};
}

/// Adds to `sums` [M, output plane] what one input position gives: x * w at every tap of the window there.
template <typename T>
void spread(const ConvGeometry& geometry, std::span<const WindowTap> taps, const T* x, std::span<const T> weight,
            std::span<double> sums)
{
    const std::int64_t inPlane = geometry.window.outputElements(), outPlane = geometry.window.inputElements();
    const std::int64_t kernel = geometry.window.kernelElements();
    for (std::int64_t c = 0; c < geometry.inChannels; ++c) {
        const std::int64_t group = c / geometry.inPerGroup();
        const double value = static_cast<double>(x[c * inPlane]);
        for (std::int64_t m = 0; m < geometry.outPerGroup(); ++m)
            for (const WindowTap& tap : taps) {
                const auto w = static_cast<std::size_t>((c * geometry.outPerGroup() + m) * kernel + tap.kernel);
                const auto out = (group * geometry.outPerGroup() + m) * outPlane + tap.input;
                sums[static_cast<std::size_t>(out)] += value * static_cast<double>(weight[w]);
            }
    }
}

template <typename T> Tensor runTyped(const RunContext& context, const ConvGeometry& geometry)
{
    const Tensor& bias = context.input(2);
    if (!bias.empty() && bias.elements() != geometry.outChannels)
        context.fail("the bias does not have one element an output channel");
    const auto x = context.input(0).data<T>();
    const auto weight = context.input(1).data<T>();
    Tensor output(context.input(0).dtype(), convTransposeOutputShape(geometry));
    const auto out = output.mutableData<T>();
    const std::int64_t inPlane = geometry.window.outputElements(), outPlane = geometry.window.inputElements();
    if (inPlane == 0 || outPlane == 0)
        return output;
    std::vector<double> sums(static_cast<std::size_t>(geometry.outChannels * outPlane));
    std::vector<WindowTap> taps;
    for (std::int64_t n = 0; n < geometry.batch; ++n) {
        for (std::int64_t m = 0; m < geometry.outChannels; ++m)
            std::fill_n(sums.begin() + m * outPlane, outPlane,
                        bias.empty() ? 0.0 : static_cast<double>(bias.data<T>()[static_cast<std::size_t>(m)]));
        std::vector<std::int64_t> position(geometry.window.rank(), 0);
        std::int64_t in = n * geometry.inChannels * inPlane;
        do {
            context.control.throwIfStopped();
            windowTaps(geometry.window, position, taps);
            spread<T>(geometry, taps, x.data() + in, weight, sums);
            ++in;
        } while (nextPosition(position, geometry.window.output));
        for (std::size_t i = 0; i < sums.size(); ++i)
            out[static_cast<std::size_t>(n) * sums.size() + i] = static_cast<T>(sums[i]);
    }
    return output;
}

std::vector<Tensor> runConvTranspose(const RunContext& context)
{
    const ConvGeometry geometry =
        convTransposeGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    return {visitFloat(context.node, context.input(0).dtype(), [&](auto tag) {
        return runTyped<typename decltype(tag)::type>(context, geometry);
    })};
}

std::int64_t countConvTranspose(const InferContext& context, std::span<const ValueInfo>)
{
    const ValueInfo& input = context.input(0);
    const ValueInfo& weight = context.input(1);
    if (!input.isStatic() || !weight.isStatic() || weight.shape->rank() < 2)
        return 0;
    return productOrZero(std::array{input.shape->elements(), weight.shape->elements(1, weight.shape->rank())});
}

}

void register_conv_transpose(Table<Op>& table)
{
    table.add({.id = "ConvTranspose",
               .traits = {OpTraits::Kind::weighted, 1, 2, 1},
               .exactness = Exactness::accumulated,
               .infer = inferConvTranspose,
               .run = viaFloat32<runConvTranspose>,
               .macs = countConvTranspose});
}

}
