// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/analysis/findings.h"
#include "core/quant/weight_resolver.h"

namespace lathe {

namespace {

/// resolve() raises the weight's scale where a bias code would pass largestBiasCode, by a little more than
/// needed.
constexpr double bound = largestBiasCode * (1 - 1e-5);

std::int64_t channelsAtBound(const Tensor& biases)
{
    std::int64_t count = 0;
    for (const std::int32_t code : biases.data<std::int32_t>())
        count += std::abs(static_cast<double>(code)) >= bound ? 1 : 0;
    return count;
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const PointLayout::WeightPoint& point : diagnosed.layout.weights) {
        const auto codes = diagnosed.resolved.codes.biases.find(point.bias);
        if (codes == diagnosed.resolved.codes.biases.end())
            continue;
        const std::int64_t channels = channelsAtBound(codes->second);
        if (channels == 0)
            continue;
        Finding finding{"", point.layer, static_cast<double>(channels), "", {}};
        finding.text =
            std::to_string(channels) + " of " + std::to_string(codes->second.elements()) +
            " biases are too large for their scale, so that the weights of these channels got a coarser one.";
        QuantSpec weights = diagnosed.plan.weightSpec(point.layer);
        if (weights.granularity.kind != Granularity::Kind::tensor) {
            weights.granularity = {};
            finding.remedy.text = "Give the weights one scale for all channels.";
            finding.remedy.layers[point.layer] = diagnosed.withWeights(point.layer, weights);
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

}

void register_bias_bound(Table<FindingKind>& table)
{
    table.add({.id = "biasBound",
               .label = "Bias out of range",
               .summary = "The number of channels whose bias stands at the bound of its 32-bit code.",
               .find = find});
}

}
