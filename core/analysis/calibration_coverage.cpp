// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/analysis/findings.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// A sample that reaches so much further than every other one sets the range alone.
constexpr double aloneRatio = 1.5;
constexpr std::size_t fewestSamples = 8;

struct Extreme
{
    std::size_t sample = 0;
    double reach = 0;
    double next = 0; ///< of the sample that reaches second furthest
};

Extreme extremeOf(const std::vector<SampleExtremes>& samples)
{
    Extreme extreme;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double reach = reachOf(samples[i].minimum, samples[i].maximum);
        if (reach > extreme.reach) {
            extreme.next = extreme.reach;
            extreme.reach = reach;
            extreme.sample = i;
        } else {
            extreme.next = std::max(extreme.next, reach);
        }
    }
    return extreme;
}

/// True when the grid was stretched to what that sample reaches.
bool followsExtreme(const Encoding& encoding, const Extreme& extreme)
{
    return reachOf(encoding.lowestReal(), encoding.highestReal()) > aloneRatio * extreme.next;
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const auto& [layer, statistics, encoding] : integerGrids(diagnosed)) {
        if (statistics.samples.size() < fewestSamples)
            continue;
        const Extreme extreme = extremeOf(statistics.samples);
        if (extreme.next <= 0 || extreme.reach <= aloneRatio * extreme.next ||
            !followsExtreme(encoding, extreme))
            continue;
        const auto& ids = diagnosed.statistics.sampleIds;
        const std::string sample =
            extreme.sample < ids.size() ? ids[extreme.sample] : std::to_string(extreme.sample);
        LayerPlan plan = diagnosed.ownPlan(layer.id);
        plan.method = MethodChoice::parse("mean");
        findings.push_back({"",
                            layer.id,
                            extreme.reach / extreme.next,
                            "The sample \"" + sample + "\" alone sets the range: it reaches " +
                                fixedText(extreme.reach, 3) + ", the next one " + fixedText(extreme.next, 3) +
                                ".",
                            {"Take the mean of the samples' extremes.", {{layer.id, plan}}, ""}});
    }
    return findings;
}

}

void register_calibration_coverage(Table<FindingKind>& table)
{
    table.add(
        {.id = "calibrationCoverage",
         .label = "One sample sets the range",
         .summary = "How many times further one calibration sample reaches than every other: more than 1.5.",
         .find = find});
}

}
