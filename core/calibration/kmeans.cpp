// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/calibration/squared_error.h"
#include "core/numeric/cluster_means.h"

namespace lathe {

namespace {

constexpr int mostClusterBits = 8;

/// Ascending values with how often they occur.
std::vector<WeightedValue> massesOf(const RangeRequest& request)
{
    std::vector<WeightedValue> masses;
    if (request.values.empty()) {
        for (const auto& [bin, count] : request.statistics.histogram.occupied())
            masses.push_back({double{BitHistogram::center(bin)}, static_cast<double>(count)});
        return masses;
    }
    for (const float value : request.values)
        if (std::isfinite(value))
            masses.push_back({double{value}});
    std::sort(masses.begin(), masses.end(), [](const WeightedValue& a, const WeightedValue& b) { return a.value < b.value; });
    return masses;
}

/// Means that start at equal steps over the values.
std::vector<double> firstMeans(const std::vector<WeightedValue>& masses, std::size_t clusters)
{
    const double low = masses.front().value;
    const double step = (masses.back().value - low) / static_cast<double>(clusters);
    std::vector<double> means;
    for (std::size_t c = 0; c < clusters; ++c)
        means.push_back(low + (static_cast<double>(c) + 0.5) * step);
    return means;
}

/// From the lowest to the highest mean: what lies beyond is nearer to these than to any other.
Range clusterRange(const RangeRequest& request)
{
    const std::vector<WeightedValue> masses = massesOf(request);
    if (masses.empty())
        return request.fullRange();
    std::vector<double> means =
        firstMeans(masses, std::size_t{1} << std::min(request.spec.format.bits, mostClusterBits));
    settleMeans(masses, means);
    // What a histogram knows of a value may lie beyond the extremes, which are exact.
    const Range full = request.fullRange();
    return {std::max(static_cast<float>(means.front()), full.low), std::min(static_cast<float>(means.back()), full.high)};
}

/// What the clusters minimise: the squared distance to what is left of each value.
double squaredDistance(const RangeRequest& request, const Range& range)
{
    const Encoding encoding = makeEncoding(request.spec, {&range, 1}, -1, false);
    return request.values.empty() ? summedSquaredError(weightedBins(request.statistics.histogram), encoding)
                                  : summedSquaredError(request.values, encoding);
}

} // namespace

void register_kmeans(Table<Calibrator>& table)
{
    table.add({.id = "kmeans",
               .label = "Clusters",
               .summary = "The outermost of as many cluster means as the format has levels (Lloyd, \"Least Squares "
                          "Quantization in PCM\", 1982).",
               .options = {},
               .range = clusterRange,
               .loss = squaredDistance});
}

} // namespace lathe
