// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/analysis/findings.h"
#include "core/analysis/integer_sums.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// Each bit that weights lose halves the sums.
int bitsThatFit(int bits, double magnitude)
{
    const double excess = std::ceil(std::log2(magnitude / 0x1p31));
    return std::max(2, bits - static_cast<int>(std::max(excess, 1.0)));
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const IntegerSums& sums : integerSumsOf(diagnosed.graph, diagnosed.layers,
                                                 diagnosed.resolved.encodings, diagnosed.resolved.codes)) {
        if (!sums.overflows)
            continue;
        const double magnitude = static_cast<double>(sums.sums.magnitude());
        Finding finding{"", sums.layer, magnitude, "", {}};
        finding.text = "Sums of products can reach " + fixedText(magnitude / 0x1p31, 1) +
                       " times what 32 bits hold; they would wrap round.";
        QuantSpec weights = diagnosed.plan.weightSpec(sums.layer);
        weights.format.bits = bitsThatFit(weights.format.bits, magnitude);
        finding.remedy.text = "Give the weights " + std::to_string(weights.format.bits) + " bits.";
        finding.remedy.layers[sums.layer] = diagnosed.withWeights(sums.layer, weights);
        findings.push_back(std::move(finding));
    }
    return findings;
}

}

void register_accumulator_overflow(Table<FindingKind>& table)
{
    table.add(
        {.id = "accumulatorOverflow",
         .label = "Sums overflow",
         .summary = "The largest magnitude that a layer's integer sum can have, where it is beyond 32 bits.",
         .find = find});
}

}
