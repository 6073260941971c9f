// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/bias_correction.h"

#include <algorithm>

#include "core/algorithms/output_error.h"
#include "core/algorithms/weight_layer.h"

namespace lathe {

namespace {

enum class Mode { measured, analytic };

std::vector<Option> biasOptions()
{
    return {{.id = "mode",
             .label = "Means",
             .help = "measured: of the quantized run, layer after layer; analytic: from the calibration statistics",
             .kind = Option::Kind::choice,
             .defaultValue = 0,
             .choices = {"measured", "analytic"}},
            {.id = "passes",
             .label = "Runs over the samples",
             .help = "Layers are treated in so many groups, each seeing the results of those before",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 10000,
             .defaultValue = 64}};
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

void correctAnalytically(QuantState& state, const std::vector<WeightLayer>& layers, std::vector<LayerNote>& notes)
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

void correctByMeasurement(QuantState& state, const AlgorithmContext& context, const std::vector<WeightLayer>& layers,
                          std::int64_t mostPasses, const std::shared_ptr<const Program>& floating,
                          std::vector<LayerNote>& notes)
{
    MomentOptions options;
    options.second = false;
    options.workers = context.workers;
    const Control quiet(context.control.stopToken());
    const auto total = static_cast<std::int64_t>(layers.size());
    const std::int64_t passes = std::min(mostPasses, total);
    for (std::int64_t pass = 0; pass < passes; ++pass) {
        const auto first = static_cast<std::size_t>(pass * total / passes);
        const auto last = static_cast<std::size_t>((pass + 1) * total / passes);
        std::vector<ProductGeometry> geometries;
        for (std::size_t i = first; i < last; ++i)
            geometries.push_back(layers[i].geometry);
        const MomentSource source = momentSource(state, floating, context.control);
        auto moments = collectInputMoments(source, geometries, context.training, options, quiet);
        for (std::size_t i = first; i < last; ++i) {
            // What the first of a group repairs the others must not repair once more: their inputs will have moved.
            if (i > first)
                moments[i - first].mean = moments[i - first].referenceMean;
            noteResult(notes, layers[i], correctBias(state, layers[i], moments[i - first]));
        }
        context.control.progress(static_cast<std::int64_t>(last), total, "layers");
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
                             static_cast<std::int64_t>(optionValue(declared, context.options, "passes")), floating,
                             notes);
    return notes;
}

} // namespace

void register_bias_correction(Table<Algorithm>& table)
{
    table.add({.id = "bias",
               .label = "Bias correction",
               .summary = "Shifts each bias so that the mean of the layer's output is again that of the float model (Nagel "
                          "et al., \"Data-Free Quantization Through Weight Equalization and Bias Correction\", ICCV 2019).",
               .options = biasOptions(),
               .run = runBiasCorrection});
}

} // namespace lathe
