// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "core/analysis/findings.h"
#include "core/base/text.h"

namespace lathe {

namespace {

constexpr std::size_t fewestSamples = 16;
/// So many samples of one half must reach further than all of the other: one or two do so by chance.
constexpr std::size_t agreeing = 3;
constexpr double furtherRatio = 1.5;

/// The furthest that so many samples reach, each of them.
double reachOfMost(std::span<const SampleExtremes> samples, std::size_t count)
{
    std::vector<double> reaches;
    for (const SampleExtremes& sample : samples)
        reaches.push_back(reachOf(sample.minimum, sample.maximum));
    std::nth_element(reaches.begin(), reaches.begin() + static_cast<std::ptrdiff_t>(count - 1), reaches.end(),
                     std::greater<>());
    return reaches[count - 1];
}

struct Halves
{
    double wide = 0;   ///< what `agreeing` samples of the wider half reach
    double narrow = 0; ///< the furthest of the other
    bool firstIsWide = false;
    double ratio() const { return wide / narrow; }
};

Halves compared(const std::vector<SampleExtremes>& samples)
{
    const std::span<const SampleExtremes> all(samples);
    const auto first = all.first(all.size() / 2), second = all.subspan(all.size() / 2);
    const Halves forth{reachOfMost(first, agreeing), reachOfMost(second, 1), true};
    const Halves back{reachOfMost(second, agreeing), reachOfMost(first, 1), false};
    return forth.wide * back.narrow > back.wide * forth.narrow ? forth : back;
}

std::string evidence(const Halves& halves, std::size_t layers)
{
    return std::string(halves.firstIsWide ? "Samples of the first half" : "Samples of the second half") +
           " reach " + fixedText(halves.wide, 3) + ", those of the other half no further than " +
           fixedText(halves.narrow, 3) +
           (layers > 1 ? " (so in " + std::to_string(layers) + " layers)" : "") +
           ": the samples stand in an order, or there are too few of them.";
}

/// One finding for the data set, at the layer that shows it most.
std::vector<Finding> find(const Diagnosed& diagnosed)
{
    const Layer* worst = nullptr;
    Halves most;
    std::size_t layers = 0;
    for (const auto& [layer, statistics, encoding] : integerGrids(diagnosed)) {
        if (statistics.samples.size() < fewestSamples)
            continue;
        const Halves halves = compared(statistics.samples);
        if (halves.narrow <= 0 || !std::isfinite(halves.ratio()) || halves.ratio() <= furtherRatio)
            continue;
        ++layers;
        if (!worst || halves.ratio() > most.ratio()) {
            worst = &layer;
            most = halves;
        }
    }
    if (!worst)
        return {};
    return {{"", worst->id, most.ratio(), evidence(most, layers), {}}};
}

}

void register_unstable_halves(Table<FindingKind>& table)
{
    table.add(
        {.id = "unstableHalves",
         .label = "Halves of the calibration data differ",
         .summary =
             "How many times further at least three samples of one half reach than all of the other: more "
             "than 1.5, of 16 samples or more.",
         .find = find});
}

}
