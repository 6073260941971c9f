// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/scalable_layer.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/weight_layer.h"
#include "core/calibration/collect.h"

namespace lathe {

namespace {

bool isOwn(const Graph& graph, ValueId constant)
{
    return constant.valid() && graph.value(constant).isConstant() && graph.consumers(constant).size() == 1;
}

/// False where the layer has a bias that cannot be scaled.
bool takeBias(const Graph& graph, ScalableLayer& scalable)
{
    const Layer& layer = scalable.layer;
    if (!layer.bias.valid())
        return true;
    const Tensor& bias = graph.value(layer.bias).constant;
    if (!isOwn(graph, layer.bias) || bias.elements() != scalable.geometry.rows() ||
        bias.dtype() != DType::float32 || graph.node(layer.nodes.front()).real("beta", 1) != 1.0F)
        return false;
    scalable.bias = graph.value(layer.bias).name;
    const std::vector<float> values = bias.toFloats();
    scalable.biases.assign(values.begin(), values.end());
    return true;
}

} // namespace

std::span<double> ScalableLayer::row(std::int64_t index)
{
    const auto depth = static_cast<std::size_t>(geometry.depth);
    return {rows.data() + static_cast<std::size_t>(index) * depth, depth};
}

double ScalableLayer::largestOfRow(std::int64_t index)
{
    double largest = 0;
    for (const double value : row(index))
        largest = std::max(largest, std::abs(value));
    return largest;
}

double ScalableLayer::largestOfReaders(std::int64_t channel)
{
    double largest = 0;
    forEachReader(channel,
                  [&](std::int64_t, double& value) { largest = std::max(largest, std::abs(value)); });
    return largest;
}

void ScalableLayer::scaleRow(std::int64_t index, double factor)
{
    for (double& value : row(index))
        value *= factor;
    if (!biases.empty())
        biases[static_cast<std::size_t>(index)] *= factor;
    changed = true;
}

void ScalableLayer::scaleReaders(std::int64_t channel, double factor)
{
    forEachReader(channel, [&](std::int64_t, double& value) { value *= factor; });
    changed = true;
}

std::vector<ScalableLayer> scalableLayers(const Graph& graph)
{
    std::vector<ScalableLayer> result;
    for (const Layer& layer : findLayers(graph)) {
        std::string reason;
        const auto geometry = productGeometry(graph, layer, reason);
        if (!geometry || !isOwn(graph, layer.weight))
            continue;
        ScalableLayer scalable{layer, *geometry, graph.value(layer.weight).name, {}, {}, {}};
        scalable.rows = weightRows(*geometry, graph.value(layer.weight).constant);
        if (takeBias(graph, scalable))
            result.push_back(std::move(scalable));
    }
    return result;
}

void setConstant(Graph& graph, const std::string& name, std::span<const double> values)
{
    Tensor& constant = graph.value(graph.find(name)).constant;
    const std::vector<float> held(values.begin(), values.end());
    constant = Tensor::of<float>(constant.shape(), std::span<const float>(held));
}

Tensor storedWeight(const ScalableLayer& layer, const Shape& shape)
{
    std::vector<float> stored(layer.rows.size());
    for (std::int64_t row = 0; row < layer.geometry.rows(); ++row)
        for (std::int64_t k = 0; k < layer.geometry.depth; ++k)
            stored[weightIndex(layer.geometry, row, k)] =
                static_cast<float>(layer.rows[static_cast<std::size_t>(row * layer.geometry.depth + k)]);
    return Tensor::of<float>(shape, std::span<const float>(stored));
}

void storeLayers(Graph& graph, const std::vector<ScalableLayer>& layers)
{
    for (const ScalableLayer& layer : layers) {
        if (!layer.changed)
            continue;
        Tensor& weight = graph.value(graph.find(layer.weight)).constant;
        weight = storedWeight(layer, weight.shape());
        if (!layer.bias.empty())
            setConstant(graph, layer.bias, layer.biases);
    }
}

std::vector<double> largestOfChannels(const Statistics& statistics, const std::string& value)
{
    std::vector<double> largest;
    const auto known = statistics.tensors.find(value);
    if (known == statistics.tensors.end())
        return largest;
    for (const auto& channel : known->second.channels)
        largest.push_back(std::max(std::abs(double{channel.minimum}), std::abs(double{channel.maximum})));
    return largest;
}

void resolveAnew(QuantState& state, const AlgorithmContext& context)
{
    CollectOptions options;
    options.workers = context.workers;
    state.statistics = std::make_shared<const Statistics>(
        collectStatistics(state.graph, context.calibration, context.dataDigest, options, context.control));
    state.resolved = resolve(context.plan, state.graph, *state.statistics, context.rules, nullptr, nullptr,
                             context.control);
    state.biases.clear();
}

} // namespace lathe
