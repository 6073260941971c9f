// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/algorithms/channel_migration.h"

namespace lathe {

namespace {

std::vector<Option> smoothOptions()
{
    return {{.id = "strength",
             .label = "Strength",
             .help = "0: weights give their range to activations; 1: activations give theirs to weights; "
                     "between: a share. Depthwise weights with a scale a channel take all of it",
             .minimum = 0,
             .maximum = 1,
             .defaultValue = 0.5}};
}

/// s = max|x|^strength / max|w|^(1 - strength) of a channel; 1 where nothing goes through it.
double scaleOf(double activation, double weight, double strength)
{
    const double scale = std::pow(activation, strength) / std::pow(weight, 1 - strength);
    return activation > 0 && weight > 0 && std::isfinite(scale) && scale > 0 ? scale : 1.0;
}

/// Rows with grids of their own, each for one channel: whatever range a channel gives to weights costs
/// nothing.
bool takesAnyRange(const QuantState& state, const ScalableLayer& reader)
{
    const auto& weights = state.resolved.encodings.weights;
    const auto grid = weights.find(reader.weight);
    return reader.channelsPerGroup() == 1 && grid != weights.end() &&
           grid->second->scale.size() == static_cast<std::size_t>(reader.geometry.rows());
}

/// Where a Clip ends at the same number for all channels: none that calibration clips is scaled, none comes
/// to be clipped where it was not.
void keepBelowEnd(std::vector<double>& scales, const std::vector<double>& largest, double end)
{
    const double widest = *std::max_element(scales.begin(), scales.end());
    for (std::size_t channel = 0; channel < scales.size(); ++channel)
        scales[channel] = largest[channel] > 0
                              ? std::min(1.0, std::max(scales[channel] / widest, largest[channel] / end))
                              : 1.0;
}

/// The scales next to these that stay what they are as factors on the grid of a constant.
void putOnGrid(std::vector<double>& scales, const QuantSpec& spec)
{
    const Range range{0, static_cast<float>(*std::max_element(scales.begin(), scales.end()))};
    if (!spec.format.isInteger() || spec.format.isDynamic() ||
        spec.granularity.kind != Granularity::Kind::tensor)
        return;
    const Encoding grid = makeEncoding(spec, {&range, 1}, -1, false);
    const float step = grid.scale[0];
    for (double& scale : scales) {
        const int code = quantizeOne(static_cast<float>(scale), step, grid.zeroPoint[0], grid.minimumCode,
                                     grid.maximumCode);
        scale = double{step} * std::max(1, code - grid.zeroPoint[0]);
    }
}

class Smooth
{
public:
    Smooth(QuantState& state, const AlgorithmContext& context)
        : m_state(state)
        , m_context(context)
        , m_strength(optionValue(smoothOptions(), context.options, "strength"))
        , m_migration(state.graph)
    {
    }

    std::vector<LayerNote> run()
    {
        for (const MovableValue& value : m_migration.values()) {
            m_context.control.throwIfStopped();
            if (const std::vector<double> scales = scalesOf(value); !scales.empty())
                m_migration.move(value, scales);
        }
        m_migration.store(m_state.graph);
        resolveAnew(m_state, m_context);
        return m_migration.notes();
    }

private:
    /// Empty where the channels of the value were not watched. What stands before a gate is at least as large
    /// as behind.
    std::vector<double> scalesOf(const MovableValue& value)
    {
        const std::string& before =
            value.gate.empty() ? value.name : m_migration.layers()[value.makers.front()].layer.id;
        const std::vector<double> largest = largestOfChannels(*m_state.statistics, before);
        std::vector<double> scales;
        if (largest.size() != static_cast<std::size_t>(value.channels))
            return scales;
        const bool free = std::all_of(value.readers.begin(), value.readers.end(), [&](std::size_t reader) {
            return takesAnyRange(m_state, m_migration.layers()[reader]);
        });
        for (std::int64_t channel = 0; channel < value.channels; ++channel) {
            double weight = 0;
            for (const std::size_t reader : value.readers)
                weight = std::max(weight, m_migration.layers()[reader].largestOfReaders(channel));
            scales.push_back(
                scaleOf(largest[static_cast<std::size_t>(channel)], weight, free ? 1 : m_strength));
        }
        if (std::isfinite(value.end))
            keepBelowEnd(scales, largest, value.end);
        if (!value.gate.empty())
            putOnGrid(scales, m_context.plan.activations);
        return scales;
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    double m_strength;
    ChannelMigration m_migration;
};

std::vector<LayerNote> runSmooth(QuantState& state, const AlgorithmContext& context)
{
    return Smooth(state, context).run();
}

} // namespace

void register_smooth(Table<Algorithm>& table)
{
    table.add(
        {.id = "smooth",
         .label = "Range migration",
         .summary =
             "Divides channels of activations and multiplies the weights that read them, so that both are as "
             "hard to quantize (SmoothQuant: Xiao et al., \"SmoothQuant: Accurate and Efficient "
             "Post-Training Quantization for Large Language Models\", ICML 2023).",
         .options = smoothOptions(),
         .run = runSmooth,
         .judgedWithBias = true});
}

} // namespace lathe
