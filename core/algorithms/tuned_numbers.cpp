// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/tuned_numbers.h"

#include <algorithm>
#include <cmath>

namespace lathe {

namespace {

/// How far a weight may move from where rounding put it, in steps: to the neighbouring codes.
constexpr float reach = 1.49F;

/// How far on its way from its code to its real value a weight begins; one that rounding put on another code
/// than the nearest begins on that code. The first steps move all weights alike, which would throw over the
/// choices of whole layers that began next to halves.
constexpr float startShare = 0.6F;

float deviationOf(const QuantState& state, const std::string& value)
{
    const auto found = state.statistics->tensors.find(value);
    return found == state.statistics->tensors.end()
               ? 0.0F
               : static_cast<float>(std::sqrt(std::max(0.0, found->second.moments.variance())));
}

} // namespace

TunedNumbers::TunedNumbers(const QuantState& state, const PlacementRules& rules,
                           std::vector<WeightLayer> tunable, const std::set<std::string>* inside)
{
    const std::set<const Encoding*> fixed = fixedGrids(state, rules, tunable, inside);
    m_layers = std::move(tunable);
    if (inside)
        std::erase_if(m_layers,
                      [&](const WeightLayer& layer) { return !inside->contains(layer.point.value); });
    for (const auto& [name, encoding] : state.resolved.encodings.weights)
        if (const auto codes = state.resolved.codes.weights.find(name);
            codes != state.resolved.codes.weights.end())
            m_fixed[name] = encoding->format.hasScale()
                                ? dequantize(codes->second, *encoding)
                                : fakeQuantize(state.graph.value(state.graph.find(name)).constant, *encoding);
    for (const auto& [name, tensor] : state.biases)
        m_fixed[name] = tensor;
    for (const WeightLayer& layer : m_layers)
        addLayer(state, layer);
    addGrids(state, fixed);
}

void TunedNumbers::addLayer(const QuantState& state, const WeightLayer& layer)
{
    Weights weights;
    weights.encoding = state.resolved.encodings.weights.at(layer.point.value);
    const Encoding& encoding = *weights.encoding;
    const Tensor& codes = state.resolved.codes.weights.at(layer.point.value);
    const Tensor& real = state.graph.value(state.graph.find(layer.point.value)).constant;
    const std::vector<float> values = codes.toFloats(), reals = real.toFloats();
    weights.channel.resize(values.size());
    weights.steps.resize(values.size());
    for (std::int64_t row = 0; row < layer.geometry.rows(); ++row) {
        const std::size_t channel = encoding.scale.size() == 1 ? 0 : static_cast<std::size_t>(row);
        for (std::int64_t k = 0; k < layer.geometry.depth; ++k) {
            const std::size_t i = weightIndex(layer.geometry, row, k);
            const float code = values[i] - static_cast<float>(encoding.zeroPoint[channel]);
            const float rest = reals[i] / encoding.scale[channel] - code;
            weights.channel[i] = static_cast<std::uint32_t>(channel);
            weights.steps[i] = std::abs(rest) <= 0.5F ? code + startShare * rest : code;
        }
    }
    weights.first = values;
    for (std::size_t i = 0; i < values.size(); ++i)
        weights.first[i] -= static_cast<float>(encoding.zeroPoint[weights.channel[i]]);
    weights.logScale.assign(encoding.scale.size(), 0.0F);
    weights.scaleLearns = !onPowersOfTwo(encoding);
    if (layer.hasBias() && m_biases.insert(layer.point.bias).second) {
        const Tensor& bias = presentBias(state, layer.point.bias);
        weights.startBias = bias.toFloats();
        weights.biasShape = bias.shape();
        weights.bias.assign(weights.startBias.size(), 0.0F);
        weights.unit = deviationOf(state, layer.layer.id);
    }
    weights.forSteps = Adam(weights.steps.size());
    weights.forScale = Adam(weights.logScale.size());
    weights.forBias = Adam(weights.bias.size());
    m_weights.push_back(std::move(weights));
}

std::set<const Encoding*> TunedNumbers::fixedGrids(const QuantState& state, const PlacementRules& rules,
                                                   const std::vector<WeightLayer>& tunable,
                                                   const std::set<std::string>* inside)
{
    std::set<std::string> fixedPoints;
    const PointLayout layout = findPoints(state.graph, findLayers(state.graph), rules);
    for (const PointLayout::ActivationPoint& point : layout.activations)
        if (point.fixed)
            fixedPoints.insert(point.value);
    // The bias of a layer that is not tuned sits on the grid of its input.
    for (const PointLayout::WeightPoint& point : layout.weights)
        if (!point.bias.empty() &&
            std::none_of(tunable.begin(), tunable.end(),
                         [&](const WeightLayer& layer) { return layer.point.value == point.value; }))
            fixedPoints.insert(point.input);
    std::set<const Encoding*> fixed;
    for (const auto& [name, encoding] : state.resolved.encodings.activations)
        if (fixedPoints.contains(name) || !encoding->format.isInteger() || encoding->perChannel() ||
            encoding->scale.empty() || encoding->format.isDynamic() ||
            (inside && !inside->contains(name.substr(0, name.find("->")))))
            fixed.insert(encoding.get());
    return fixed;
}

void TunedNumbers::addGrids(const QuantState& state, const std::set<const Encoding*>& fixedGrids)
{
    std::map<const Encoding*, int> byGrid;
    for (const auto& [name, encoding] : state.resolved.encodings.activations) {
        TapeGrid grid{encoding, -1};
        if (!fixedGrids.contains(encoding.get()) && !onPowersOfTwo(*encoding)) {
            const auto [entry, isNew] = byGrid.emplace(encoding.get(), static_cast<int>(m_learned.size()));
            grid.learned = entry->second;
            if (isNew) {
                Grid made;
                made.encoding = encoding;
                made.zeroPoint[0] = static_cast<float>(encoding->zeroPoint[0]);
                const int zero = encoding->zeroPoint[0];
                const int middle = (encoding->minimumCode + encoding->maximumCode + 1) / 2;
                made.zeroLearns = zero != encoding->minimumCode && zero != encoding->maximumCode &&
                                  zero != middle && zero != 0;
                m_learned.push_back(std::move(made));
            }
        }
        m_grids[name] = grid;
    }
}

std::set<std::string> TunedNumbers::trained() const
{
    std::set<std::string> names;
    for (const WeightLayer& layer : m_layers) {
        names.insert(layer.point.value);
        if (layer.hasBias())
            names.insert(layer.point.bias);
    }
    return names;
}

LearnedGrid TunedNumbers::learned(const Grid& grid) const
{
    return {grid.encoding->scale[0] * std::exp(grid.logScale[0]), grid.zeroPoint[0],
            grid.encoding->minimumCode, grid.encoding->maximumCode};
}

std::vector<float> TunedNumbers::scalesOf(const Weights& weights)
{
    std::vector<float> scales = weights.encoding->scale;
    for (std::size_t c = 0; c < scales.size(); ++c)
        scales[c] *= std::exp(weights.logScale[c]);
    return scales;
}

Tensor TunedNumbers::biasOf(const Weights& weights)
{
    std::vector<float> bias = weights.startBias;
    for (std::size_t c = 0; c < bias.size(); ++c)
        bias[c] += weights.unit * weights.bias[c];
    return Tensor::of<float>(weights.biasShape, std::span<const float>(bias));
}

TapeState TunedNumbers::tapeState() const
{
    TapeState state;
    state.constants = m_fixed;
    for (const Grid& grid : m_learned)
        state.grids.push_back(learned(grid));
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Weights& weights = m_weights[i];
        const std::vector<float> scales = scalesOf(weights);
        Tensor tensor(DType::float32, m_fixed.at(m_layers[i].point.value).shape());
        const auto to = tensor.mutableData<float>();
        for (std::size_t k = 0; k < to.size(); ++k)
            to[k] = std::nearbyint(weights.steps[k]) * scales[weights.channel[k]];
        state.constants[m_layers[i].point.value] = std::move(tensor);
        if (!weights.bias.empty())
            state.constants[m_layers[i].point.bias] = biasOf(weights);
    }
    return state;
}

void TunedNumbers::step(const GridTape::Result& gradients, const TuneRates& rates, double share)
{
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        stepLayer(i, gradients, rates, share);
    for (std::size_t i = 0; i < m_learned.size(); ++i) {
        Grid& grid = m_learned[i];
        const auto atScale = static_cast<float>(gradients.grids[i].scale * double{learned(grid).scale});
        const auto atZero = static_cast<float>(gradients.grids[i].zeroPoint);
        grid.forScale.step(grid.logScale, {&atScale, 1}, rates.ranges * share);
        if (!grid.zeroLearns)
            continue;
        constexpr double codes = 16;
        grid.forZero.step(grid.zeroPoint, {&atZero, 1}, codes * rates.ranges * share);
        grid.zeroPoint[0] = std::clamp(grid.zeroPoint[0], static_cast<float>(grid.encoding->minimumCode),
                                       static_cast<float>(grid.encoding->maximumCode));
    }
}

void TunedNumbers::stepLayer(std::size_t index, const GridTape::Result& gradients, const TuneRates& rates,
                             double share)
{
    Weights& weights = m_weights[index];
    const WeightLayer& layer = m_layers[index];
    const Encoding& encoding = *weights.encoding;
    if (const auto found = gradients.constants.find(layer.point.value); found != gradients.constants.end()) {
        const auto gradient = found->second.data<float>();
        std::vector<float> atSteps(gradient.size()), atScale(weights.logScale.size(), 0.0F);
        std::vector<double> sums(weights.logScale.size(), 0.0);
        const std::vector<float> scales = scalesOf(weights);
        for (std::size_t k = 0; k < gradient.size(); ++k) {
            const std::size_t c = weights.channel[k];
            atSteps[k] = gradient[k] * scales[c];
            sums[c] += double{atSteps[k]} * double{std::nearbyint(weights.steps[k])};
        }
        for (std::size_t c = 0; c < sums.size(); ++c)
            atScale[c] = static_cast<float>(sums[c]);
        if (weights.scaleLearns && rates.scales > 0)
            weights.forScale.step(weights.logScale, atScale, rates.scales * share);
        if (rates.weights > 0) {
            weights.forSteps.step(weights.steps, atSteps, rates.weights * share);
            for (std::size_t k = 0; k < gradient.size(); ++k) {
                const auto zero = static_cast<float>(encoding.zeroPoint[weights.channel[k]]);
                const float low =
                    std::max(weights.first[k] - reach, static_cast<float>(encoding.minimumCode) - zero);
                const float high =
                    std::min(weights.first[k] + reach, static_cast<float>(encoding.maximumCode) - zero);
                weights.steps[k] = std::clamp(weights.steps[k], low, high);
            }
        }
    }
    if (weights.bias.empty() || rates.biases <= 0)
        return;
    if (const auto found = gradients.constants.find(layer.point.bias); found != gradients.constants.end()) {
        std::vector<float> atBias = found->second.toFloats();
        for (float& gradient : atBias)
            gradient *= weights.unit;
        weights.forBias.step(weights.bias, atBias, rates.biases * share);
    }
}

void TunedNumbers::keepGrids(QuantState& state) const
{
    std::map<const Encoding*, EncodingPtr> changed;
    for (const Grid& grid : m_learned) {
        const LearnedGrid now = learned(grid);
        Encoding encoding = *grid.encoding;
        encoding.scale[0] = std::max(now.scale, smallestScale);
        encoding.zeroPoint[0] = static_cast<std::int32_t>(std::nearbyint(now.zeroPoint));
        changed[grid.encoding.get()] = std::make_shared<const Encoding>(std::move(encoding));
    }
    Encodings& encodings = state.resolved.encodings;
    for (auto& [name, encoding] : encodings.activations)
        if (const auto found = changed.find(encoding.get()); found != changed.end()) {
            encoding = found->second;
            encodings.ranges[name] = {encoding->lowestReal(), encoding->highestReal()};
        }
}

void TunedNumbers::keepLayer(QuantState& state, std::size_t index) const
{
    const Weights& weights = m_weights[index];
    const WeightLayer& layer = m_layers[index];
    Encoding encoding = *weights.encoding;
    encoding.scale = scalesOf(weights);
    Tensor& codes = state.resolved.codes.weights.at(layer.point.value);
    std::vector<float> values(weights.steps.size());
    for (std::size_t k = 0; k < values.size(); ++k)
        values[k] =
            std::nearbyint(weights.steps[k]) + static_cast<float>(encoding.zeroPoint[weights.channel[k]]);
    codes = Tensor::of<float>(codes.shape(), std::span<const float>(values)).converted(codes.dtype());
    if (!weights.bias.empty()) {
        const Tensor bias = biasOf(weights);
        const std::vector<double> floors = scaleFloors(state, layer, bias, encoding.scale.size());
        for (std::size_t c = 0; c < floors.size(); ++c)
            encoding.scale[c] = std::max(encoding.scale[c], static_cast<float>(floors[c]));
        state.biases[layer.point.bias] = bias;
    }
    state.resolved.encodings.weights[layer.point.value] =
        std::make_shared<const Encoding>(std::move(encoding));
    refreshBias(state, layer);
}

void TunedNumbers::keep(QuantState& state) const
{
    keepGrids(state);
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        keepLayer(state, i);
}

} // namespace lathe
