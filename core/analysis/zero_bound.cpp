// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/findings.h"
#include "core/analysis/zero_share.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// From here on most of what a clamp lets through is lost again.
constexpr double largestShare = 0.5;

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const auto& [layer, statistics, encoding] : integerGrids(diagnosed)) {
        // The kind of finding of heads is headCollapse.
        if (encoding.perChannel() || statistics.moments.minimum < 0 || isHead(layer))
            continue;
        const double share = positiveShareLost(statistics.histogram, encoding);
        if (share <= largestShare)
            continue;
        QuantSpec spec = diagnosed.plan.activationSpec(layer.id);
        spec.format.bits = spec.format.bits < 8 ? 8 : 16;
        findings.push_back(
            {"",
             layer.id,
             share,
             fixedText(100 * share, 1) + " % of the positive values are less than half a step of " +
                 fixedText(static_cast<double>(encoding.scale.front()), 4) + " and become zero.",
             {"Give the activations " + std::to_string(spec.format.bits) + " bits.",
              {{layer.id, diagnosed.withActivations(layer.id, spec)}},
              ""}});
    }
    return findings;
}

}

void register_zero_bound(Table<FindingKind>& table)
{
    table.add({.id = "zeroBound",
               .label = "Rounded to zero",
               .summary = "The share of positive values, of tensors that have no negative ones, that become "
                          "zero: over one half.",
               .find = find});
}

}
