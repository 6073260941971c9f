// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/analysis/findings.h"

namespace lathe {

namespace {

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* statistics =
            layer.weight.valid() ? diagnosed.statisticsOf(layer.id) : nullptr;
        if (!statistics || statistics->channels.size() < 2)
            continue;
        const auto& channels = statistics->channels;
        const auto isDead = [](const Moments& channel) {
            return channel.count > 0 && channel.minimum == channel.maximum;
        };
        const auto dead = std::count_if(channels.begin(), channels.end(), isDead);
        if (dead == 0)
            continue;
        const auto first = std::find_if(channels.begin(), channels.end(), isDead) - channels.begin();
        findings.push_back({"",
                            layer.id,
                            static_cast<double>(dead),
                            std::to_string(dead) + " of " + std::to_string(channels.size()) +
                                " channels never changed in calibration, the first one is channel " +
                                std::to_string(first) + ": they are dead, or the samples do not reach them.",
                            {}});
    }
    return findings;
}

}

void register_dead_channel(Table<FindingKind>& table)
{
    table.add({.id = "deadChannel",
               .label = "Dead channel",
               .summary = "The number of output channels that had one value in all of calibration.",
               .find = find});
}

}
