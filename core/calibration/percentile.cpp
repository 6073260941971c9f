// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

const std::vector<Option>& percentileOptions() {
    static const std::vector<Option> options{{.id = "p",
                                              .label = "Kept share in percent",
                                              .help = "The share of values inside the range; the rest is clipped.",
                                              .kind = Option::Kind::real,
                                              .minimum = 50,
                                              .maximum = 100,
                                              .defaultValue = 99.99,
                                              .choices = {}}};
    return options;
}

/// The smallest of the sorted values that a share `p` does not exceed.
float quantileOf(const std::vector<float>& sorted, double p) {
    const double wanted = std::ceil(p * static_cast<double>(sorted.size())) - 1;
    return sorted[static_cast<std::size_t>(std::clamp(wanted, 0.0, static_cast<double>(sorted.size() - 1)))];
}

/// Magnitudes with the counts of both signs, as a histogram of positive numbers.
BitHistogram magnitudes(const BitHistogram& histogram) {
    BitHistogram result;
    for (const auto& [bin, count] : histogram.occupied())
        result.addCount(std::max(bin, BitHistogram::binCount - 1 - bin), count);
    return result;
}

std::vector<float> finiteSorted(std::span<const float> values, bool magnitude) {
    std::vector<float> sorted;
    for (const float value : values)
        if (std::isfinite(value)) sorted.push_back(magnitude ? std::abs(value) : value);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

/// Symmetric grids cut the magnitudes, others an equal share at both ends, as ONNX Runtime's percentile calibration.
Range percentileRange(const RangeRequest& request) {
    const double kept = optionValue(percentileOptions(), request.options, "p") / 100;
    const Range full = request.fullRange();
    const bool exact = !request.values.empty();
    if (request.spec.symmetric) {
        const float limit = exact ? quantileOf(finiteSorted(request.values, true), kept)
                                  : magnitudes(request.statistics.histogram).quantile(kept);
        return {std::max(-limit, full.low), std::min(limit, full.high)};
    }
    const double cut = (1 - kept) / 2;
    if (exact) {
        const std::vector<float> sorted = finiteSorted(request.values, false);
        return {quantileOf(sorted, cut), quantileOf(sorted, 1 - cut)};
    }
    const BitHistogram& histogram = request.statistics.histogram;
    return {std::clamp(histogram.quantile(cut), full.low, full.high),
            std::clamp(histogram.quantile(1 - cut), full.low, full.high)};
}

}  // namespace

void register_percentile(Table<Calibrator>& table) {
    table.add({.id = "percentile",
               .label = "Percentile",
               .summary = "Clips a fixed share of the values (Wu et al., \"Integer Quantization for Deep Learning "
                          "Inference\", 2020).",
               .options = percentileOptions(),
               .range = percentileRange});
}

}  // namespace lathe
