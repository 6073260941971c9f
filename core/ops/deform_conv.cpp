// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/ops/conv_geometry.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

ConvGeometry deformGeometry(const Node& node, const Shape& input, const Shape& weight)
{
    if (input.rank() != 4 || weight.rank() != 4)
        failOperator(node, "only images of two axes are supported");
    return convGeometry(node, input, weight);
}

std::vector<ValueInfo> inferDeform(const InferContext& context)
{
    const ValueInfo &input = context.input(0), &weight = context.input(1);
    if (!input.shape || !weight.isStatic())
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, deformGeometry(context.node, *input.shape, *weight.shape).outputShape())};
}

/// Offsets [N, groups * taps * 2, oH, oW] of y and x, and factors [N, groups * taps, oH, oW], of every kernel element.
template <typename T> struct Deformation {
    std::span<const T> offsets, factors;  ///< no factors: 1
    std::int64_t groups, taps, plane;

    double offset(std::int64_t n, std::int64_t group, std::int64_t tap, std::int64_t axis, std::int64_t at) const
    {
        const std::int64_t channel = ((n * groups + group) * taps + tap) * 2 + axis;
        return static_cast<double>(offsets[static_cast<std::size_t>(channel * plane + at)]);
    }
    double factor(std::int64_t n, std::int64_t group, std::int64_t tap, std::int64_t at) const
    {
        const std::int64_t channel = (n * groups + group) * taps + tap;
        return factors.empty() ? 1 : static_cast<double>(factors[static_cast<std::size_t>(channel * plane + at)]);
    }
};

/// Linear interpolation in a plane with zeros around it.
template <typename T> double sampled(std::span<const T> plane, std::int64_t height, std::int64_t width, double y, double x)
{
    if (!(y > -1 && x > -1 && y < static_cast<double>(height) && x < static_cast<double>(width)))
        return 0;
    const double top = std::floor(y), left = std::floor(x);
    double sum = 0;
    for (const int down : {0, 1})
        for (const int right : {0, 1}) {
            const auto row = static_cast<std::int64_t>(top) + down, column = static_cast<std::int64_t>(left) + right;
            if (row < 0 || column < 0 || row >= height || column >= width)
                continue;
            const double weight = (down ? y - top : 1 - (y - top)) * (right ? x - left : 1 - (x - left));
            sum += weight * static_cast<double>(plane[static_cast<std::size_t>(row * width + column)]);
        }
    return sum;
}

template <typename T> Deformation<T> deformationOf(const RunContext& context, const ConvGeometry& geometry)
{
    const Window& window = geometry.window;
    const std::int64_t groups = boundedInteger(context.node, "offset_group", 1, 1, maxDimension);
    const std::int64_t taps = window.kernelElements();
    if (geometry.inChannels % groups != 0)
        context.fail("the channels do not divide into the offset groups");
    const Shape factors{geometry.batch, groups * taps, window.output[0], window.output[1]};
    const Shape offsets{geometry.batch, groups * taps * 2, window.output[0], window.output[1]};
    const Tensor& mask = context.input(4);
    if (givenOperand(context, 2).shape() != offsets || (!mask.empty() && mask.shape() != factors))
        context.fail("offsets or mask do not fit the output");
    return {context.input(2).data<T>(), mask.empty() ? std::span<const T>{} : mask.data<T>(), groups, taps,
            window.outputElements()};
}

/// The input of every kernel element at one output position of one image: [channel][kernel element].
template <typename T>
void readPatch(const RunContext& context, const ConvGeometry& geometry, const Deformation<T>& deformation, std::int64_t n,
               std::int64_t at, std::vector<double>& patch)
{
    const Window& window = geometry.window;
    const std::int64_t height = window.input[0], width = window.input[1];
    const std::int64_t row = at / window.output[1], column = at % window.output[1];
    const auto size = static_cast<std::size_t>(height * width);
    for (std::int64_t channel = 0; channel < geometry.inChannels; ++channel) {
        const std::int64_t group = channel / (geometry.inChannels / deformation.groups);
        const auto plane = context.input(0).data<T>().subspan(
            static_cast<std::size_t>(n * geometry.inChannels + channel) * size, size);
        for (std::int64_t tap = 0; tap < deformation.taps; ++tap) {
            const std::int64_t down = row * window.stride[0] - window.padBegin[0] +
                                      tap / window.kernel[1] * window.dilation[0];
            const std::int64_t right = column * window.stride[1] - window.padBegin[1] +
                                       tap % window.kernel[1] * window.dilation[1];
            const double y = static_cast<double>(down) + deformation.offset(n, group, tap, 0, at);
            const double x = static_cast<double>(right) + deformation.offset(n, group, tap, 1, at);
            patch[static_cast<std::size_t>(channel * deformation.taps + tap)] =
                sampled(plane, height, width, y, x) * deformation.factor(n, group, tap, at);
        }
    }
}

template <typename T> Tensor runTyped(const RunContext& context, const ConvGeometry& geometry)
{
    const Deformation<T> deformation = deformationOf<T>(context, geometry);
    const Tensor& bias = context.input(3);
    if (!bias.empty() && bias.elements() != geometry.outChannels)
        context.fail("the bias does not have one element an output channel");
    Tensor output(context.input(0).dtype(), geometry.outputShape());
    const auto out = output.mutableData<T>();
    const auto weights = context.input(1).data<T>();
    const auto depth = static_cast<std::size_t>(geometry.inPerGroup() * deformation.taps);
    std::vector<double> patch(static_cast<std::size_t>(geometry.inChannels * deformation.taps));
    for (std::int64_t n = 0; n < geometry.batch; ++n)
        for (std::int64_t at = 0; at < deformation.plane; ++at) {
            context.control.throwIfStopped();
            readPatch(context, geometry, deformation, n, at, patch);
            for (std::int64_t channel = 0; channel < geometry.outChannels; ++channel) {
                const auto c = static_cast<std::size_t>(channel);
                const std::size_t first = static_cast<std::size_t>(channel / geometry.outPerGroup()) * depth;
                double sum = bias.empty() ? 0 : static_cast<double>(bias.data<T>()[c]);
                for (std::size_t i = 0; i < depth; ++i)
                    sum += patch[first + i] * static_cast<double>(weights[c * depth + i]);
                out[static_cast<std::size_t>((n * geometry.outChannels + channel) * deformation.plane + at)] =
                    static_cast<T>(sum);
            }
        }
    return output;
}

std::vector<Tensor> runDeform(const RunContext& context)
{
    const ConvGeometry geometry =
        deformGeometry(context.node, givenOperand(context, 0).shape(), givenOperand(context, 1).shape());
    return {visitFloat(context.node, context.input(0).dtype(), [&](auto tag) {
        return runTyped<typename decltype(tag)::type>(context, geometry);
    })};
}

std::int64_t countDeform(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& weight = context.input(1);
    if (outputs.empty() || !outputs[0].isStatic() || !weight.isStatic() || weight.shape->rank() < 2)
        return 0;
    return productOrZero(std::array{outputs[0].shape->elements(), weight.shape->elements(1, weight.shape->rank())});
}

}

void register_deform_conv(Table<Op>& table)
{
    table.add({.id = "DeformConv",
               .exactness = Exactness::accumulated,
               .sinceOpset = 19,
               .infer = inferDeform,
               .run = viaFloat32<runDeform>,
               .macs = countDeform});
}

}
