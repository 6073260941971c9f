// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/tensor_scan.h"

#include <algorithm>
#include <cmath>

#include "core/calibration/lane_sums.h"

namespace lathe {

namespace {

/// One value after the other, for ends of runs and for runs that hold NaN or infinities.
void addOneByOne(std::span<const float> values, Moments& moments)
{
    for (const float value : values) {
        if (!std::isfinite(value)) {
            ++(std::isnan(value) ? moments.nans : moments.infinities);
            continue;
        }
        const double one = value;
        const double two = one * one;
        moments.minimum = moments.count > 0 ? std::min(moments.minimum, value) : value;
        moments.maximum = moments.count > 0 ? std::max(moments.maximum, value) : value;
        ++moments.count;
        moments.sum += one;
        moments.sumSquares += two;
        moments.sumCubes += two * one;
        moments.sumFourths += two * two;
        moments.zeros += value == 0;
    }
}

template <typename Vector>
double laneSum(const Vector& vector)
{
    double total = 0;
    for (std::int64_t i = 0; i < lanes; ++i)
        total += static_cast<double>(vector[i]);
    return total;
}

Moments momentsOf(const LaneSums& sums, std::int64_t count)
{
    Moments moments;
    moments.count = count;
    moments.sum = laneSum(sums.first);
    moments.sumSquares = laneSum(sums.second);
    moments.sumCubes = laneSum(sums.third);
    moments.sumFourths = laneSum(sums.fourth);
    moments.minimum = sums.minimum[0];
    moments.maximum = sums.maximum[0];
    for (std::int64_t i = 1; i < lanes; ++i) {
        moments.minimum = std::min(moments.minimum, sums.minimum[i]);
        moments.maximum = std::max(moments.maximum, sums.maximum[i]);
    }
    moments.zeros = static_cast<std::int64_t>(laneSum(sums.zeros));
    return moments;
}

/// Fills `moments`, which is as it was made.
void takeLane(const LaneSums& sums, std::int64_t lane, std::int64_t count, Moments& moments)
{
    moments.count = count;
    moments.sum = sums.first[lane];
    moments.sumSquares = sums.second[lane];
    moments.sumCubes = sums.third[lane];
    moments.sumFourths = sums.fourth[lane];
    moments.minimum = sums.minimum[lane];
    moments.maximum = sums.maximum[lane];
    moments.zeros = sums.zeros[lane];
}

/// One channel of rows, value by value.
Moments scanColumn(std::span<const float> values, std::size_t channels, std::size_t channel)
{
    Moments moments;
    for (std::size_t at = channel; at < values.size(); at += channels)
        addOneByOne(values.subspan(at, 1), moments);
    return moments;
}

/// Rows of neighbouring channels (features last): sums for all channels side by side, in the order of the rows. Tiles of
/// rows stay in the cache until all their channels are done.
void scanRows(std::span<const float> values, std::size_t channels, std::vector<Moments>& result, Scanned scanned)
{
    const auto rows = static_cast<std::int64_t>(values.size() / channels);
    const auto width = static_cast<std::int64_t>(channels), groups = width / lanes;
    std::vector<LaneSums> sums(static_cast<std::size_t>(groups));
    constexpr std::int64_t tileValues = 1 << 13;
    const std::int64_t tileRows = std::max<std::int64_t>(tileValues / width, 32);
    for (std::int64_t row = 0; row < rows; row += tileRows) {
        const std::int64_t count = std::min(tileRows, rows - row);
        std::int64_t group = 0;
        for (; group + 2 <= groups; group += 2)
            sumPairedRows(values.data() + row * width + group * lanes, count, width, &sums[static_cast<std::size_t>(group)]);
        if (group < groups)
            sumRows(values.data() + row * width + group * lanes, count, width, sums[static_cast<std::size_t>(group)]);
        scanned(static_cast<std::size_t>((row + count) * width));
    }
    for (std::int64_t c = 0; c < width; ++c) {
        const bool vector = c < groups * lanes;
        const LaneSums* held = vector ? &sums[static_cast<std::size_t>(c / lanes)] : nullptr;
        Moments& moments = result[static_cast<std::size_t>(c)];
        if (held && held->finite(c % lanes))
            takeLane(*held, c % lanes, rows, moments);
        else
            moments = scanColumn(values, channels, static_cast<std::size_t>(c));
    }
}

} // namespace

Moments scanMoments(std::span<const float> values)
{
    // Lane counters are 32 bits wide; pieces also bound what one NaN sends to the slow path.
    constexpr std::size_t piece = std::size_t{1} << 14;
    Moments total;
    while (!values.empty()) {
        const auto part = values.subspan(0, std::min(piece, values.size()));
        values = values.subspan(part.size());
        const std::size_t even = part.size() / lanes * lanes;
        LaneSums sums{};
        if (even > 0)
            sumRows(part.data(), static_cast<std::int64_t>(even) / lanes, lanes, sums);
        Moments moments;
        if (even > 0 && sums.finite()) {
            moments = momentsOf(sums, static_cast<std::int64_t>(even));
            addOneByOne(part.subspan(even), moments);
        } else {
            addOneByOne(part, moments);
        }
        total.merge(moments);
    }
    return total;
}

void scanChannels(std::span<const float> values, std::int64_t outer, std::int64_t channels,
                  std::int64_t inner, std::vector<Moments>& result, Scanned scanned)
{
    result.assign(static_cast<std::size_t>(channels), Moments{});
    if (inner == 1)
        return scanRows(values, static_cast<std::size_t>(channels), result, scanned);
    const auto run = static_cast<std::size_t>(inner);
    std::size_t offset = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::size_t c = 0; c < result.size(); ++c, offset += run) {
            result[c].merge(scanMoments(values.subspan(offset, run)));
            scanned(offset + run);
        }
}

} // namespace lathe
