// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/numeric/cluster_means.h"
#include "core/numeric/value_tables.h"

namespace lathe {

namespace {

constexpr double ternaryThreshold = 0.7;

double meanMagnitude(std::span<const float> values, double above)
{
    double sum = 0;
    std::int64_t count = 0;
    for (const float value : values) {
        const double magnitude = std::abs(double{value});
        if (!std::isfinite(value) || magnitude <= above)
            continue;
        sum += magnitude;
        ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : 0;
}

double largestMagnitude(std::span<const float> values)
{
    double largest = 0;
    for (const float value : values)
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(double{value}));
    return largest;
}

double scaleOf(NumberFormat::Kind kind, std::span<const float> values)
{
    switch (kind) {
    case NumberFormat::Kind::binary:
        return meanMagnitude(values, -1);
    case NumberFormat::Kind::ternary:
        return meanMagnitude(values, ternaryThreshold * meanMagnitude(values, -1));
    default:
        return largestMagnitude(values);
    }
}

std::vector<float> finiteSorted(std::span<const float> values)
{
    std::vector<float> sorted;
    std::copy_if(values.begin(), values.end(), std::back_inserter(sorted),
                 [](float value) { return std::isfinite(value); });
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

std::vector<WeightedValue> weighted(std::span<const float> sorted)
{
    std::vector<WeightedValue> values;
    values.reserve(sorted.size());
    for (const float value : sorted)
        values.push_back({double{value}});
    return values;
}

double squaredError(std::span<const float> sorted, std::span<const double> means)
{
    double sum = 0;
    std::size_t nearest = 0;
    for (const float value : sorted) {
        while (nearest + 1 < means.size() && double{value} > (means[nearest] + means[nearest + 1]) / 2)
            ++nearest;
        const double error = double{value} - means[nearest];
        sum += error * error;
    }
    return sum;
}

/// From quantiles, which serve the middle of a distribution, and from equal steps, which serve its tails.
std::vector<double> clusterMeans(std::span<const float> sorted, std::size_t entries)
{
    std::vector<double> quantiles, steps;
    const double low = sorted.front(), width = double{sorted.back()} - low;
    for (std::size_t c = 0; c < entries; ++c) {
        quantiles.push_back(sorted[(2 * c + 1) * sorted.size() / (2 * entries)]);
        steps.push_back(low + width * (static_cast<double>(c) + 0.5) / static_cast<double>(entries));
    }
    const std::vector<WeightedValue> values = weighted(sorted);
    settleMeans(values, quantiles);
    settleMeans(values, steps);
    return squaredError(sorted, steps) < squaredError(sorted, quantiles) ? steps : quantiles;
}

std::vector<float> learnedTable(std::span<const float> values, std::size_t entries)
{
    const std::vector<float> sorted = finiteSorted(values);
    if (sorted.empty())
        return std::vector<float>(entries, 0.0F);
    std::vector<float> distinct = sorted;
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (distinct.size() <= entries) {
        distinct.resize(entries, distinct.back());
        return distinct;
    }
    const std::vector<double> means = clusterMeans(sorted, entries);
    return {means.begin(), means.end()};
}

} // namespace

Encoding makeTableEncoding(const QuantSpec& spec, const Tensor& weight, int axis)
{
    Encoding encoding;
    encoding.format = spec.format;
    encoding.axis = axis;
    if (axis >= 0 && spec.granularity.kind == Granularity::Kind::group)
        encoding.groupSize = spec.granularity.groupSize;
    const bool learned = spec.format.kind == NumberFormat::Kind::kmeans;
    for (const std::vector<float>& values : valuesByScale(weight, axis, encoding.groupSize)) {
        if (learned) {
            const std::vector<float> table = learnedTable(values, encoding.entries());
            encoding.table.insert(encoding.table.end(), table.begin(), table.end());
            encoding.scale.push_back(1);
        } else {
            const double scale = scaleOf(spec.format.kind, values);
            encoding.scale.push_back(static_cast<float>(std::max(scale, double{smallestScale})));
        }
    }
    encoding.zeroPoint.assign(encoding.scale.size(), 0);
    return encoding;
}

} // namespace lathe
