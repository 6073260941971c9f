// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/analysis/findings.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// Two bits of the common grid are then lost to the narrower tensor.
constexpr double conflictRatio = 4;
/// More than this left to it is enough all the same.
constexpr double enoughBits = 6;
constexpr int widerBits = 16;

/// Layers whose activations must hold one grid, by group.
std::map<int, std::vector<std::string>> sharingLayers(const PointLayout& layout)
{
    std::map<int, std::vector<std::string>> groups;
    for (const PointLayout::ActivationPoint& point : layout.activations)
        if (point.shareGroup >= 0)
            groups[point.shareGroup].push_back(point.layer);
    return groups;
}

Remedy widerGrid(const Diagnosed& diagnosed, const std::vector<std::string>& layers)
{
    Remedy remedy{"Give all that share the grid 16 bits.", {}, ""};
    for (const std::string& layer : layers) {
        QuantSpec spec = diagnosed.plan.activationSpec(layer);
        if (!spec.format.isInteger() || spec.format.bits >= widerBits)
            return {};
        spec.format.bits = widerBits;
        remedy.layers[layer] = diagnosed.withActivations(layer, spec);
    }
    return remedy;
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const auto& [group, layers] : sharingLayers(diagnosed.layout)) {
        std::map<std::string, double> reaches;
        for (const std::string& layer : layers)
            if (const TensorStatistics* statistics = diagnosed.statisticsOf(layer);
                statistics && diagnosed.activationsOf(layer))
                reaches[layer] = reachOf(statistics->moments.minimum, statistics->moments.maximum);
        if (reaches.size() < 2)
            continue;
        const auto narrower = [](const auto& a, const auto& b) { return a.second < b.second; };
        const auto narrowest = std::min_element(reaches.begin(), reaches.end(), narrower);
        const auto widest = std::max_element(reaches.begin(), reaches.end(), narrower);
        if (narrowest->second <= 0 || widest->second < conflictRatio * narrowest->second)
            continue;
        const double ratio = widest->second / narrowest->second;
        if (diagnosed.activationsOf(narrowest->first)->format.bits - std::log2(ratio) > enoughBits)
            continue;
        findings.push_back({"", narrowest->first, ratio,
                            "It reaches " + fixedText(narrowest->second, 3) + " but shares the grid of \"" +
                                widest->first + "\", which reaches " + fixedText(widest->second, 3) + ": " +
                                fixedText(std::log2(ratio), 1) + " bits are lost.",
                            widerGrid(diagnosed, layers)});
    }
    return findings;
}

}

void register_scale_conflict(Table<FindingKind>& table)
{
    table.add({.id = "scaleConflict",
               .label = "Scale conflict",
               .summary = "How many times further the widest tensor of a shared grid reaches than the "
                          "narrowest: 4 or more.",
               .find = find});
}

}
