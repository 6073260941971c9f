// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/numeric/value_tables.h"

namespace lathe {

namespace {

constexpr int mostRounds = 50;
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

/// Cluster means of values in ascending order: one round of Lloyd's algorithm. An empty cluster keeps its mean.
bool moveMeans(std::span<const float> sorted, std::vector<double>& means)
{
    bool moved = false;
    auto from = sorted.begin();
    for (std::size_t c = 0; c < means.size(); ++c) {
        const double edge =
            c + 1 < means.size() ? (means[c] + means[c + 1]) / 2 : std::numeric_limits<double>::infinity();
        const auto to = std::upper_bound(from, sorted.end(), edge,
                                         [](double limit, float value) { return limit < double{value}; });
        if (to != from) {
            double sum = 0;
            for (auto value = from; value != to; ++value)
                sum += double{*value};
            const double mean = sum / static_cast<double>(to - from);
            moved = moved || mean != means[c];
            means[c] = mean;
        }
        from = to;
    }
    return moved;
}

std::vector<float> learnedTable(std::span<const float> values, std::size_t entries)
{
    const std::vector<float> sorted = finiteSorted(values);
    if (sorted.empty())
        return std::vector<float>(entries, 0.0F);
    std::vector<float> distinct = sorted;
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    std::vector<double> means;
    const std::vector<float>& seeds = distinct.size() <= entries ? distinct : sorted;
    for (std::size_t c = 0; c < entries; ++c)
        means.push_back(seeds[std::min((2 * c + 1) * seeds.size() / (2 * entries), seeds.size() - 1)]);
    for (int round = 0; distinct.size() > entries && round < mostRounds && moveMeans(sorted, means); ++round) {
    }
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
    encoding.table = fixedTable(spec.format);
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
