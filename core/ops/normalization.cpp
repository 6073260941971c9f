// SPDX-License-Identifier: GPL-3.0-or-later
// BatchNormalization, InstanceNormalization, LayerNormalization and MeanVarianceNormalization.
#include <cmath>

#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// One number for each channel from an operand of `channels` elements.
template <typename T> std::vector<double> perChannel(const RunContext& context, std::size_t operand, std::int64_t channels)
{
    const Tensor& tensor = context.input(operand);
    if (tensor.elements() != channels)
        context.fail("operand " + std::to_string(operand) + " does not have one element a channel");
    const auto values = tensor.data<T>();
    return {values.begin(), values.end()};
}

/// Batch, channels and elements of a channel of an input [N, C, ...].
struct Planes {
    std::int64_t batch, channels, size;
};

Planes planesOf(const RunContext& context)
{
    const Shape& shape = context.input(0).shape();
    if (shape.rank() < 2)
        context.fail("the input needs at least a batch and a channel axis");
    return {shape[0], shape[1], shape.elements(2, shape.rank())};
}

std::vector<Tensor> runBatchNorm(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const double epsilon = context.node.real("epsilon", 1e-5f);
    const Planes planes = planesOf(context);
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto scale = perChannel<T>(context, 1, planes.channels), bias = perChannel<T>(context, 2, planes.channels);
        const auto mean = perChannel<T>(context, 3, planes.channels), variance = perChannel<T>(context, 4, planes.channels);
        Tensor output(input.dtype(), input.shape());
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::size_t c = i / static_cast<std::size_t>(planes.size) % static_cast<std::size_t>(planes.channels);
            out[i] = static_cast<T>((static_cast<double>(in[i]) - mean[c]) / std::sqrt(variance[c] + epsilon) * scale[c] +
                                    bias[c]);
        }
        return output;
    })};
}

/// Only the normalized output exists in inference mode.
std::vector<ValueInfo> inferBatchNorm(const InferContext& context)
{
    return inferSame(context);
}

std::string refuseBatchNorm(const Node& node)
{
    if (node.integer("training_mode", 0) != 0)
        return "training_mode is not supported";
    return node.integer("spatial", 1) == 0 ? "spatial = 0 is not supported" : "";
}

/// Before opset 14 the outputs after the first one were there for training only.
void upgradeBatchNorm(Graph& graph, NodeId node, int)
{
    std::vector<ValueId>& outputs = graph.node(node).outputs;
    if (outputs.size() > 1 && refuseBatchNorm(graph.node(node)).empty())
        outputs.resize(1);
}

struct Moments {
    double mean, inverseDeviation;
};

template <typename T> Moments momentsOf(std::span<const T> values, double epsilon)
{
    double sum = 0, squares = 0;
    for (const T value : values)
        sum += static_cast<double>(value);
    const double mean = sum / static_cast<double>(values.size());
    for (const T value : values)
        squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
    return {mean, 1 / std::sqrt(squares / static_cast<double>(values.size()) + epsilon)};
}

std::vector<Tensor> runInstanceNorm(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const double epsilon = context.node.real("epsilon", 1e-5f);
    const Planes planes = planesOf(context);
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto scale = perChannel<T>(context, 1, planes.channels), bias = perChannel<T>(context, 2, planes.channels);
        Tensor output(input.dtype(), input.shape());
        const auto out = output.mutableData<T>();
        const auto size = static_cast<std::size_t>(planes.size);
        for (std::size_t plane = 0; plane < static_cast<std::size_t>(planes.batch * planes.channels); ++plane) {
            const auto in = input.data<T>().subspan(plane * size, size);
            const Moments moments = momentsOf(in, epsilon);
            const std::size_t c = plane % static_cast<std::size_t>(planes.channels);
            for (std::size_t i = 0; i < size; ++i)
                out[plane * size + i] = static_cast<T>(
                    (static_cast<double>(in[i]) - moments.mean) * moments.inverseDeviation * scale[c] + bias[c]);
        }
        return output;
    })};
}

/// Shape of mean and inverse deviation: the normalized axes become 1.
Shape statisticsShape(const Shape& input, int axis)
{
    std::vector<std::int64_t> dims(input.begin(), input.end());
    std::fill(dims.begin() + axis, dims.end(), 1);
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferLayerNorm(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const DType statistics = input.dtype == DType::float64 ? DType::float64 : DType::float32;
    if (!input.shape)
        return {typeOnly(input.dtype), typeOnly(statistics), typeOnly(statistics)};
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape->rank());
    const Shape small = statisticsShape(*input.shape, axis);
    return {typed(input.dtype, *input.shape), typed(statistics, small), typed(statistics, small)};
}

/// Scale or bias for each normalized element, repeated where it has fewer.
template <typename T>
std::vector<double> overAxes(const RunContext& context, std::size_t operand, const Shape& normalized)
{
    const Tensor& tensor = givenOperand(context, operand);
    if (tensor.elements() == normalized.elements())
        return perChannel<T>(context, operand, tensor.elements());
    const std::array shapes{tensor.shape(), normalized};
    if (broadcastShapes(context.node, shapes) != normalized)
        context.fail("operand " + std::to_string(operand) + " does not fit the normalized axes");
    const Tensor whole = stridedCopy(tensor, normalized, broadcastStrides(tensor.shape(), normalized));
    const auto values = whole.data<T>();
    return {values.begin(), values.end()};
}

std::vector<Tensor> runLayerNorm(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape().rank());
    const double epsilon = context.node.real("epsilon", 1e-5f);
    const Shape normalized(std::vector<std::int64_t>(input.shape().begin() + axis, input.shape().end()));
    return visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto scale = overAxes<T>(context, 1, normalized);
        const auto bias =
            context.input(2).empty() ? std::vector<double>(scale.size(), 0) : overAxes<T>(context, 2, normalized);
        Tensor output(input.dtype(), input.shape());
        Tensor means(input.dtype(), statisticsShape(input.shape(), axis)), deviations = means;
        const auto out = output.mutableData<T>();
        for (std::size_t row = 0; row < static_cast<std::size_t>(means.elements()); ++row) {
            const auto in = input.data<T>().subspan(row * scale.size(), scale.size());
            const Moments moments = momentsOf(in, epsilon);
            means.mutableData<T>()[row] = static_cast<T>(moments.mean);
            deviations.mutableData<T>()[row] = static_cast<T>(moments.inverseDeviation);
            for (std::size_t i = 0; i < in.size(); ++i)
                out[row * in.size() + i] = static_cast<T>(
                    (static_cast<double>(in[i]) - moments.mean) * moments.inverseDeviation * scale[i] + bias[i]);
        }
        return std::vector<Tensor>{output, means, deviations};
    });
}

constexpr OpTraits computing{.kind = OpTraits::Kind::computing};

}

void register_normalization(Table<Op>& table)
{
    table.add({.id = "BatchNormalization",
               .traits = computing,
               .exactness = Exactness::approximate,
               .infer = inferBatchNorm,
               .run = viaFloat32<runBatchNorm>,
               .upgrade = upgradeBatchNorm,
               .refuse = refuseBatchNorm});
    table.add({.id = "InstanceNormalization",
               .traits = computing,
               .exactness = Exactness::accumulated,
               .infer = inferSame,
               .run = viaFloat32<runInstanceNorm>});
    table.add({.id = "LayerNormalization",
               .traits = computing,
               .exactness = Exactness::accumulated,
               .sinceOpset = 17,
               .infer = inferLayerNorm,
               .run = viaFloat32<runLayerNorm>});
}

}
