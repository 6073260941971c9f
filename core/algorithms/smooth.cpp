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
                     "between: a share",
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

std::vector<LayerNote> runSmooth(QuantState& state, const AlgorithmContext& context)
{
    const double strength = optionValue(smoothOptions(), context.options, "strength");
    ChannelMigration migration(state.graph);
    for (const MovableValue& value : migration.values()) {
        context.control.throwIfStopped();
        const std::vector<double> largest = largestOfChannels(*state.statistics, value.name);
        if (largest.size() != static_cast<std::size_t>(value.channels))
            continue;
        std::vector<double> scales;
        for (std::int64_t channel = 0; channel < value.channels; ++channel) {
            double weight = 0;
            for (const std::size_t reader : value.readers)
                weight = std::max(weight, migration.layers()[reader].largestOfReaders(channel));
            scales.push_back(scaleOf(largest[static_cast<std::size_t>(channel)], weight, strength));
        }
        migration.move(value, scales);
    }
    migration.store(state.graph);
    resolveAnew(state, context);
    return migration.notes();
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
