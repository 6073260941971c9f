// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/treat_layers.h"

#include <algorithm>

#include "core/algorithms/input_walk.h"

namespace lathe {

Option passesOption()
{
    return {.id = "passes",
            .label = "Groups of layers",
            .help = "Layers are treated in so many groups, each seeing the results of those before",
            .kind = Option::Kind::integer,
            .minimum = 1,
            .maximum = 10000,
            .defaultValue = 1000};
}

std::vector<std::int64_t> groupBounds(std::int64_t layers, std::int64_t passes)
{
    const std::int64_t groups = std::min(passes, layers);
    std::vector<std::int64_t> bounds{0};
    for (std::int64_t group = 1; group <= groups; ++group)
        bounds.push_back(group * layers / groups);
    return bounds;
}

void treatLayers(
    QuantState& state, const Samples& samples, const Control& control, const std::vector<WeightLayer>& layers,
    std::int64_t passes, bool propagate, const MomentOptions& options,
    const std::function<void(const WeightLayer& layer, InputMoments& moments, bool first)>& treat)
{
    // Inner progress would jump back and forth; layers are what counts.
    const Control quiet(control.stopToken());
    const auto total = static_cast<std::int64_t>(layers.size());
    const std::vector<std::int64_t> bounds = groupBounds(total, propagate ? passes : 1);
    InputWalk walk(samples, options.workers, propagate, options.memoryBytes);
    for (std::size_t group = 0; group + 1 < bounds.size(); ++group) {
        const auto first = layers.begin() + bounds[group];
        const auto last = layers.begin() + bounds[group + 1];
        const std::vector<WeightLayer> part(first, last);
        std::vector<InputMoments> moments = walk.collect(state, part, {last, layers.end()}, options, quiet);
        for (std::size_t i = 0; i < part.size(); ++i)
            treat(part[i], moments[i], i == 0);
        walk.changed(state.graph, part);
        control.progress(bounds[group + 1], total, "layers");
    }
}

} // namespace lathe
