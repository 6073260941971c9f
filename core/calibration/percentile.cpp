// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

const std::vector<Option>& percentileOptions()
{
    static const std::vector<Option> options{
        {.id = "p",
         .label = "Kept share in percent",
         .help = "The share of values inside the range; the rest is clipped.",
         .kind = Option::Kind::real,
         .minimum = 50,
         .maximum = 100,
         .defaultValue = 99.99,
         .choices = {}}};
    return options;
}

/// The first of the values, sorted either way, up to which a share `p` of them lies.
float quantileOf(const std::vector<float>& sorted, double p)
{
    const double wanted = std::ceil(p * static_cast<double>(sorted.size())) - 1;
    return sorted[static_cast<std::size_t>(std::clamp(wanted, 0.0, static_cast<double>(sorted.size() - 1)))];
}

/// Magnitudes with the counts of both signs, as a histogram of positive numbers.
BitHistogram magnitudes(const BitHistogram& histogram)
{
    BitHistogram result;
    for (const auto& [bin, count] : histogram.occupied())
        result.addCount(std::max(bin, BitHistogram::binCount - 1 - bin), count);
    return result;
}

BitHistogram mirrored(const BitHistogram& histogram)
{
    BitHistogram result;
    for (const auto& [bin, count] : histogram.occupied())
        result.addCount(BitHistogram::binCount - 1 - bin, count);
    return result;
}

std::vector<float> finiteSorted(std::span<const float> values, bool magnitude)
{
    std::vector<float> sorted;
    for (const float value : values)
        if (std::isfinite(value))
            sorted.push_back(magnitude ? std::abs(value) : value);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

/// Symmetric grids cut the magnitudes, others an equal share at both ends, as ONNX Runtime's percentile
/// calibration.
Range percentileRange(const RangeRequest& request)
{
    const double kept = optionValue(percentileOptions(), request.options, "p") / 100;
    const Range full = request.fullRange();
    const bool exact = !request.values.empty();
    if (request.spec.symmetric) {
        const float limit = exact ? quantileOf(finiteSorted(request.values, true), kept)
                                  : magnitudes(request.statistics.histogram).quantile(kept);
        return {std::max(-limit, full.low), std::min(limit, full.high)};
    }
    // The low end is the high end of the mirrored values, so that both round outwards.
    const double below = (1 + kept) / 2;
    if (exact) {
        std::vector<float> sorted = finiteSorted(request.values, false);
        const float high = quantileOf(sorted, below);
        std::reverse(sorted.begin(), sorted.end());
        return {quantileOf(sorted, below), high};
    }
    const BitHistogram& histogram = request.statistics.histogram;
    return {std::clamp(-mirrored(histogram).quantile(below), full.low, full.high),
            std::clamp(histogram.quantile(below), full.low, full.high)};
}

} // namespace

void register_percentile(Table<Calibrator>& table)
{
    table.add({.id = "percentile",
               .label = "Percentile",
               .summary =
                   "Clips a fixed share of the values (Wu et al., \"Integer Quantization for Deep Learning "
                   "Inference\", 2020).",
               .options = percentileOptions(),
               .range = percentileRange});
}

} // namespace lathe
