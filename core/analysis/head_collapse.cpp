// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/findings.h"
#include "core/analysis/zero_share.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// From here on most classes become equally improbable.
constexpr double largestShare = 0.5;

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const auto& [layer, statistics, encoding] : integerGrids(diagnosed)) {
        if (!isHead(layer) || encoding.perChannel())
            continue;
        const double share = positiveShareLost(statistics.histogram, encoding);
        if (share <= largestShare)
            continue;
        findings.push_back(
            {"",
             layer.id,
             share,
             fixedText(100 * share, 1) + " % of the probabilities are less than half a step of " +
                 fixedText(static_cast<double>(encoding.scale.front()), 4) + " and become zero.",
             {"Keep the probabilities in float.",
              {{layer.id, diagnosed.withActivations(layer.id, QuantSpec::parse("float32"))}},
              ""}});
    }
    return findings;
}

}

void register_head_collapse(Table<FindingKind>& table)
{
    table.add({.id = "headCollapse",
               .label = "Probabilities collapse",
               .summary = "The share of the values of a softmax or sigmoid that become zero: over one half.",
               .find = find});
}

}
