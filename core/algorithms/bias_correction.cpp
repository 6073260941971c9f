// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/bias_correction.h"

#include <algorithm>

#include "core/algorithms/input_walk.h"
#include "core/algorithms/output_error.h"
#include "core/algorithms/output_shift.h"
#include "core/algorithms/treat_layers.h"

namespace lathe {

namespace {

enum class Mode
{
    measured,
    analytic
};

std::vector<Option> biasOptions()
{
    return {
        {.id = "mode",
         .label = "Means",
         .help =
             "measured: of what the clamps let through, in the quantized run, layer after layer; analytic: "
             "before the clamps, from the calibration statistics",
         .kind = Option::Kind::choice,
         .defaultValue = 0,
         .choices = {"measured", "analytic"}},
        passesOption()};
}

/// E[x] of a layer's input from pass 1: the mean of each channel, for all taps of the window alike.
std::vector<double> analyticMeans(const ProductGeometry& geometry, const TensorStatistics& statistics)
{
    const std::int64_t taps = geometry.conv ? geometry.conv->window.kernelElements() : 1;
    std::vector<double> means(static_cast<std::size_t>(geometry.groups * geometry.depth));
    if (statistics.channels.size() * static_cast<std::size_t>(taps) != means.size())
        return {};
    for (std::size_t i = 0; i < means.size(); ++i)
        means[i] = statistics.channels[i / static_cast<std::size_t>(taps)].mean();
    return means;
}

void noteResult(std::vector<LayerNote>& notes, const WeightLayer& layer, bool corrected)
{
    std::string reason;
    if (!corrected)
        reason = layer.hasBias() ? "the corrected bias does not fit its codes" : "it has no bias";
    notes.push_back({layer.layer.id, 0, 0, reason});
}

void correctAnalytically(QuantState& state, const std::vector<WeightLayer>& layers,
                         std::vector<LayerNote>& notes)
{
    for (const WeightLayer& layer : layers) {
        const auto statistics = state.statistics->tensors.find(layer.geometry.input);
        InputMoments moments;
        if (statistics != state.statistics->tensors.end())
            moments.mean = analyticMeans(layer.geometry, statistics->second);
        if (moments.mean.empty()) {
            notes.push_back({layer.layer.id, 0, 0, "the channels of its input were not watched"});
            continue;
        }
        moments.referenceMean = moments.mean;
        noteResult(notes, layer, correctBias(state, layer, moments));
    }
}

/// Layers from the first to the last, each on inputs as those before give them by now. The first layer of a
/// group makes up for what came before it; those behind it in the group did not see what it made of that.
void correctByMeasurement(QuantState& state, const AlgorithmContext& context,
                          const std::vector<WeightLayer>& layers, std::int64_t passes,
                          std::vector<LayerNote>& notes)
{
    const Control quiet(context.control.stopToken());
    const auto total = static_cast<std::int64_t>(layers.size());
    const std::vector<std::int64_t> bounds = groupBounds(total, passes);
    InputWalk walk(context.training, context.workers, true, MomentOptions().memoryBytes);
    for (std::int64_t i = 0; i < total; ++i) {
        const WeightLayer& layer = layers[static_cast<std::size_t>(i)];
        const bool first = std::binary_search(bounds.begin(), bounds.end(), i);
        const ShiftMeter meter(state, layer);
        OutputShift shift;
        const auto take = [&](std::span<const float> reference, std::span<const float> test) {
            return [&shift, found = meter.measure(reference, first ? test : reference)] { shift.add(found); };
        };
        walk.visit(state, layer, {layers.begin() + i + 1, layers.end()}, take, quiet);
        noteResult(notes, layer, shiftBias(state, layer, shift.biases()));
        walk.changed(state.graph, {layer});
        context.control.progress(i + 1, total, "layers");
    }
}

} // namespace

void correctBiasesAnalytically(QuantState& state, const PlacementRules& rules, const Control& control)
{
    std::vector<LayerNote> notes;
    const auto floating = floatRun(state.graph, control).program;
    correctAnalytically(state, weightLayers(state, rules, *floating, notes), notes);
}

namespace {

std::vector<LayerNote> runBiasCorrection(QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Option> declared = biasOptions();
    std::vector<LayerNote> notes;
    const auto floating = floatRun(state.graph, context.control).program;
    const std::vector<WeightLayer> layers = weightLayers(state, context.rules, *floating, notes);
    if (optionValue(declared, context.options, "mode") == static_cast<double>(Mode::analytic))
        correctAnalytically(state, layers, notes);
    else
        correctByMeasurement(state, context, layers,
                             static_cast<std::int64_t>(optionValue(declared, context.options, "passes")),
                             notes);
    return notes;
}

} // namespace

void register_bias_correction(Table<Algorithm>& table)
{
    table.add({.id = "bias",
               .label = "Bias correction",
               .summary = "Shifts each bias so that the mean of the layer's output is again that of the "
                          "float model, where a clamp behind it lets it through (after Nagel et al., "
                          "\"Data-Free Quantization Through Weight Equalization and Bias Correction\", "
                          "ICCV 2019).",
               .options = biasOptions(),
               .run = runBiasCorrection});
}

} // namespace lathe
