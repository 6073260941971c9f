// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

/// Weights have no samples: their full range.
Range meanExtremes(const RangeRequest& request)
{
    double low = 0, high = 0;
    std::int64_t count = 0;
    for (const SampleExtremes& sample : request.statistics.samples) {
        if (!std::isfinite(sample.minimum) || !std::isfinite(sample.maximum))
            continue;
        low += double{sample.minimum};
        high += double{sample.maximum};
        ++count;
    }
    if (count == 0)
        return request.fullRange();
    const auto samples = static_cast<double>(count);
    return {static_cast<float>(low / samples), static_cast<float>(high / samples)};
}

} // namespace

void register_mean_extremes(Table<Calibrator>& table)
{
    table.add({.id = "mean",
               .label = "Mean of extremes",
               .summary = "The mean smallest and the mean largest value over the samples, which one outlying sample moves "
                          "little; weights, which have no samples, keep their full range.",
               .options = {},
               .range = meanExtremes});
}

} // namespace lathe
