// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferConv(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const ValueInfo& weight = context.input(1);
    if (!input.shape || !weight.isStatic())
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, convGeometry(context.node, *input.shape, *weight.shape).outputShape())};
}

template <typename T> Tensor runTyped(const RunContext& context, const ConvGeometry& geometry)
{
    const Tensor& bias = context.input(2);
    if (!bias.empty() && bias.elements() != geometry.outChannels)
        context.fail("the bias does not have one element an output channel");
    Tensor output(context.input(0).dtype(), geometry.outputShape());
    const auto out = output.mutableData<T>();
    const auto offset = bias.empty() ? std::span<const T>{} : bias.data<T>();
    convolve<double>(
        geometry, context.input(0).data<T>(), 0.0, context.input(1).data<T>(), [](std::int64_t) { return 0.0; },
        [&](std::int64_t i, std::int64_t channel, double sum) {
            if (!offset.empty())
                sum += static_cast<double>(offset[static_cast<std::size_t>(channel)]);
            out[static_cast<std::size_t>(i)] = static_cast<T>(sum);
        },
        context.control);
    return output;
}

std::vector<Tensor> runConv(const RunContext& context)
{
    const ConvGeometry geometry = convGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    return {visitFloat(context.node, context.input(0).dtype(), [&](auto tag) {
        return runTyped<typename decltype(tag)::type>(context, geometry);
    })};
}

std::int64_t countConv(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& weight = context.input(1);
    if (outputs.empty() || !outputs[0].isStatic() || !weight.isStatic() || weight.shape->rank() < 2)
        return 0;
    return productOrZero(std::array{outputs[0].shape->elements(), weight.shape->elements(1, weight.shape->rank())});
}

}

void register_conv(Table<Op>& table)
{
    table.add({.id = "Conv",
               .traits = {OpTraits::Kind::weighted, 1, 2, 0},
               .exactness = Exactness::accumulated,
               .infer = inferConv,
               .run = viaFloat32<runConv>,
               .macs = countConv});
}

}
