// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/findings.h"
#include "core/analysis/grid_error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// What a range has to lose before it is worth a word.
constexpr double leastLossDb = 1;

double clippedShare(const TensorStatistics& statistics, const Encoding& encoding)
{
    std::uint64_t outside = 0;
    for (const auto& [bin, count] : statistics.histogram.occupied())
        if (BitHistogram::center(bin) < encoding.lowestReal() ||
            BitHistogram::center(bin) > encoding.highestReal())
            outside += count;
    const auto total = statistics.histogram.total();
    return total > 0 ? static_cast<double>(outside) / static_cast<double>(total) : 0;
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const auto& [layer, statistics, encoding] : integerGrids(diagnosed)) {
        if (encoding.perChannel())
            continue;
        const double clipped = clippedShare(statistics, encoding);
        if (clipped <= 0)
            continue;
        const Range full{statistics.moments.minimum, statistics.moments.maximum};
        const Encoding wide =
            makeEncoding(diagnosed.plan.activationSpec(layer.id), std::span(&full, 1), -1, false);
        const auto now = activationSqnrDb(statistics, encoding);
        const auto whole = activationSqnrDb(statistics, wide);
        if (!now || !whole || *whole < *now + leastLossDb)
            continue;
        LayerPlan plan = diagnosed.ownPlan(layer.id);
        plan.method = MethodChoice::parse("minmax");
        plan.clip.reset();
        findings.push_back({"",
                            layer.id,
                            clipped,
                            "The range cuts off " + fixedText(100 * clipped, 3) +
                                " % of the values and gives " + fixedText(*now, 1) +
                                " dB; the full range gives " + fixedText(*whole, 1) + " dB.",
                            {"Take the full range.", {{layer.id, plan}}, ""}});
    }
    return findings;
}

}

void register_clipped_tail(Table<FindingKind>& table)
{
    table.add({.id = "clippedTail",
               .label = "Clipped tail",
               .summary = "The share of values beyond a range that is at least 1 dB worse than the full one.",
               .find = find});
}

}
