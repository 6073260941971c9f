// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/weight_layer.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/algorithms/output_error.h"
#include "core/quant/weight_resolver.h"

namespace lathe {

namespace {

const Tensor& constantOf(const QuantState& state, const std::string& name)
{
    return state.graph.value(state.graph.find(name)).constant;
}

const Encoding* activationOf(const QuantState& state, const std::string& value)
{
    const auto found = state.resolved.encodings.activations.find(value);
    return found == state.resolved.encodings.activations.end() ? nullptr : found->second.get();
}

/// Why the rounding of these weights cannot be chosen anew, empty where it can: each row of the product needs
/// one integer grid.
std::string gridRefusal(const Encoding& encoding, const ProductGeometry& geometry)
{
    if (encoding.grouped())
        return "its weights are in groups, each with a scale of its own";
    if (encoding.format.hasTable())
        return "its weights are on a table of values";
    const bool oneScaleARow =
        encoding.scale.size() == 1 || encoding.scale.size() == static_cast<std::size_t>(geometry.rows());
    return encoding.format.isInteger() && oneScaleARow ? "" : "its weights are not on one integer grid a row";
}

std::string refusal(const QuantState& state, const PointLayout::WeightPoint& point, const Layer& layer,
                    const Program& program, ProductGeometry& geometry)
{
    std::string reason;
    const auto found = productGeometry(state.graph, layer, reason);
    if (!found)
        return reason;
    geometry = *found;
    const auto encoding = state.resolved.encodings.weights.find(point.value);
    if (encoding == state.resolved.encodings.weights.end() ||
        !state.resolved.codes.weights.contains(point.value))
        return "its weights stay in float";
    if (reason = gridRefusal(*encoding->second, geometry); !reason.empty())
        return reason;
    if (!canWatchInput(program, geometry))
        return "its input cannot be watched";
    return {};
}

} // namespace

std::vector<WeightLayer> weightLayers(const QuantState& state, const PlacementRules& rules,
                                      const Program& program, std::vector<LayerNote>& notes)
{
    const std::vector<Layer> layers = findLayers(state.graph);
    std::vector<WeightLayer> result;
    std::set<std::string> taken;
    for (const PointLayout::WeightPoint& point : findPoints(state.graph, layers, rules).weights) {
        if (point.constantOperand)
            continue;
        const auto layer = std::find_if(layers.begin(), layers.end(),
                                        [&](const Layer& one) { return one.id == point.layer; });
        ProductGeometry geometry;
        std::string reason = refusal(state, point, *layer, program, geometry);
        if (reason.empty() && !taken.insert(point.value).second)
            reason = "another layer has the same weights";
        if (reason.empty())
            result.push_back({*layer, point, std::move(geometry)});
        else
            notes.push_back({point.layer, 0, 0, reason});
    }
    return result;
}

std::size_t weightIndex(const ProductGeometry& geometry, std::int64_t row, std::int64_t k)
{
    return static_cast<std::size_t>(geometry.transposed ? k * geometry.rows() + row
                                                        : row * geometry.depth + k);
}

std::vector<double> weightRows(const ProductGeometry& geometry, const Tensor& weight)
{
    const std::vector<float> values = weight.toFloats();
    std::vector<double> rows(values.size());
    for (std::int64_t row = 0; row < geometry.rows(); ++row)
        for (std::int64_t k = 0; k < geometry.depth; ++k)
            rows[static_cast<std::size_t>(row * geometry.depth + k)] =
                double{values[weightIndex(geometry, row, k)]};
    return rows;
}

std::vector<double> quantizedRows(const QuantState& state, const WeightLayer& layer)
{
    const Encoding& encoding = *state.resolved.encodings.weights.at(layer.point.value);
    return weightRows(layer.geometry,
                      dequantize(state.resolved.codes.weights.at(layer.point.value), encoding));
}

std::vector<double> biasRows(const QuantState& state, const WeightLayer& layer)
{
    std::vector<double> rows(static_cast<std::size_t>(layer.geometry.rows()), 0.0);
    if (!layer.hasBias())
        return rows;
    const std::vector<float> values = constantOf(state, layer.point.bias).toFloats();
    for (std::size_t row = 0; row < rows.size(); ++row)
        rows[row] = double{values[values.size() == 1 ? 0 : row]};
    return rows;
}

bool onPowersOfTwo(const Encoding& encoding)
{
    return std::all_of(encoding.scale.begin(), encoding.scale.end(),
                       [](float scale) { return powerOfTwoAbove(scale) == scale; });
}

std::vector<double> scaleFloors(const QuantState& state, const WeightLayer& layer, const Tensor& bias,
                                std::size_t channels)
{
    const Encoding* input = activationOf(state, layer.point.input);
    return bias.empty() || !input || !input->format.isInteger()
               ? std::vector<double>(channels, 0.0)
               : weightScaleFloor(bias, input->scale[0], channels);
}

const Tensor& presentBias(const QuantState& state, const std::string& bias)
{
    const auto corrected = state.biases.find(bias);
    return corrected != state.biases.end() ? corrected->second : constantOf(state, bias);
}

void refreshBias(QuantState& state, const WeightLayer& layer)
{
    if (!layer.hasBias())
        return;
    const Tensor& bias = presentBias(state, layer.point.bias);
    ResolvedWeight weight;
    weight.encoding = state.resolved.encodings.weights.at(layer.point.value);
    resolveBias(layer.point, &bias, activationOf(state, layer.point.input), weight);
    if (!weight.biasEncoding)
        return;
    state.resolved.encodings.biases[layer.point.bias] = weight.biasEncoding;
    state.resolved.codes.biases[layer.point.bias] = weight.biasCodes;
}

namespace {

/// False where its codes would not fit.
bool setBias(QuantState& state, const WeightLayer& layer, const std::vector<float>& values)
{
    const Tensor tensor =
        Tensor::of<float>(constantOf(state, layer.point.bias).shape(), std::span<const float>(values));
    const Encoding& weights = *state.resolved.encodings.weights.at(layer.point.value);
    const std::vector<double> floors = scaleFloors(state, layer, tensor, weights.channels());
    for (std::size_t c = 0; c < floors.size(); ++c)
        if (floors[c] > double{weights.scale[c]})
            return false;
    state.biases[layer.point.bias] = tensor;
    refreshBias(state, layer);
    return true;
}

} // namespace

bool correctBias(QuantState& state, const WeightLayer& layer, const InputMoments& moments)
{
    if (!layer.hasBias())
        return false;
    const Tensor& bias = constantOf(state, layer.point.bias);
    const ProductGeometry& geometry = layer.geometry;
    if (bias.elements() != geometry.rows())
        return false;
    const std::vector<double> real = weightRows(geometry, constantOf(state, layer.point.value));
    const std::vector<double> rounded = quantizedRows(state, layer);
    std::vector<float> corrected = bias.toFloats();
    for (std::int64_t row = 0; row < geometry.rows(); ++row) {
        const std::int64_t offset = row / geometry.rowsPerGroup * geometry.depth;
        double shift = 0;
        for (std::int64_t k = 0; k < geometry.depth; ++k) {
            const auto at = static_cast<std::size_t>(row * geometry.depth + k);
            const auto mean = static_cast<std::size_t>(offset + k);
            shift += real[at] * moments.referenceMean[mean] - rounded[at] * moments.mean[mean];
        }
        corrected[static_cast<std::size_t>(row)] += static_cast<float>(shift);
    }
    return setBias(state, layer, corrected);
}

bool shiftBias(QuantState& state, const WeightLayer& layer, const std::vector<double>& shifts)
{
    if (!layer.hasBias())
        return false;
    const Tensor& bias = presentBias(state, layer.point.bias);
    if (bias.elements() != layer.geometry.rows())
        return false;
    std::vector<float> shifted = bias.toFloats();
    for (std::size_t row = 0; row < shifted.size(); ++row)
        shifted[row] += static_cast<float>(shifts[row]);
    return setBias(state, layer, shifted);
}

} // namespace lathe
