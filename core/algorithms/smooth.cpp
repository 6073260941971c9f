// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <set>

#include "core/algorithms/channel_migration.h"
#include "core/algorithms/linear_space.h"

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
        for (const LinearSpace& space : linearSpaces(m_state.graph, m_migration.layers()))
            if (isSum(space))
                evenOut(space);
        for (const MovableValue& value : m_migration.values()) {
            m_context.control.throwIfStopped();
            if (isDone(value))
                continue;
            if (const std::vector<double> scales = scalesOf(value); !scales.empty())
                m_migration.move(value, scales);
        }
        m_migration.store(m_state.graph);
        resolveAnew(m_state, m_context);
        return m_migration.notes();
    }

private:
    /// Outputs of several layers that meet in sums, channel by channel.
    bool isSum(const LinearSpace& space)
    {
        std::vector<ScalableLayer>& layers = m_migration.layers();
        return space.refusal.empty() && space.makers.size() > 1 && space.dotProducts == 0 &&
               space.constants.empty() &&
               std::all_of(space.makers.begin(), space.makers.end(),
                           [&](std::size_t maker) { return layers[maker].geometry.rows() == space.block; }) &&
               std::all_of(space.readers.begin(), space.readers.end(), [&](std::size_t reader) {
                   return layers[reader].inputChannels() == space.block;
               });
    }

    bool isDone(const MovableValue& value) const
    {
        return std::any_of(value.makers.begin(), value.makers.end(),
                           [&](std::size_t maker) { return m_summed.contains(maker); });
    }

    /// The largest magnitude of each channel in what its layers make and read; empty where some were not
    /// watched.
    std::vector<double> largestOfSpace(const LinearSpace& space)
    {
        std::set<std::string> values;
        for (const std::size_t maker : space.makers)
            values.insert(m_migration.layers()[maker].layer.id);
        for (const std::size_t reader : space.readers)
            values.insert(m_migration.layers()[reader].geometry.input);
        std::vector<double> largest(static_cast<std::size_t>(space.block), 0.0);
        for (const std::string& value : values) {
            const std::vector<double> one = largestOfChannels(*m_state.statistics, value);
            if (one.size() != largest.size())
                return {};
            for (std::size_t channel = 0; channel < one.size(); ++channel)
                largest[channel] = std::max(largest[channel], one[channel]);
        }
        return largest;
    }

    void evenOut(const LinearSpace& space)
    {
        MovableValue sum;
        sum.channels = space.block;
        sum.makers = space.makers;
        sum.readers = space.readers;
        if (const std::vector<double> largest = largestOfSpace(space); !largest.empty())
            m_migration.move(sum, scalesOf(sum, largest, m_strength));
        m_summed.insert(space.makers.begin(), space.makers.end());
    }

    /// By the largest magnitude of each channel.
    std::vector<double> scalesOf(const MovableValue& value, const std::vector<double>& largest, double strength)
    {
        std::vector<double> scales;
        for (std::int64_t channel = 0; channel < value.channels; ++channel) {
            double weight = 0;
            for (const std::size_t reader : value.readers)
                weight = std::max(weight, m_migration.layers()[reader].largestOfReaders(channel));
            scales.push_back(scaleOf(largest[static_cast<std::size_t>(channel)], weight, strength));
        }
        return scales;
    }

    /// Empty where the channels of the value were not watched. What stands before a gate is at least as large
    /// as behind.
    std::vector<double> scalesOf(const MovableValue& value)
    {
        const std::string& before =
            value.gate.empty() ? value.name : m_migration.layers()[value.makers.front()].layer.id;
        const std::vector<double> largest = largestOfChannels(*m_state.statistics, before);
        if (largest.size() != static_cast<std::size_t>(value.channels))
            return {};
        const bool free = std::all_of(value.readers.begin(), value.readers.end(), [&](std::size_t reader) {
            return takesAnyRange(m_state, m_migration.layers()[reader]);
        });
        std::vector<double> scales = scalesOf(value, largest, free ? 1 : m_strength);
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
    std::set<std::size_t> m_summed; ///< layers whose outputs meet others in sums that were evened out
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
