// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/tensor_scan.h"

#include <algorithm>
#include <cmath>
#include <utility>

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
        const double real = value;
        moments.minimum = moments.count > 0 ? std::min(moments.minimum, value) : value;
        moments.maximum = moments.count > 0 ? std::max(moments.maximum, value) : value;
        ++moments.count;
        moments.sum += real;
        moments.sumSquares += real * real;
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
    moments.minimum = sums.minimum[0];
    moments.maximum = sums.maximum[0];
    for (std::int64_t i = 1; i < lanes; ++i) {
        moments.minimum = std::min(moments.minimum, sums.minimum[i]);
        moments.maximum = std::max(moments.maximum, sums.maximum[i]);
    }
    return moments;
}

/// One channel of rows, value by value.
Moments scanColumn(std::span<const float> values, std::size_t channels, std::size_t channel)
{
    Moments moments;
    for (std::size_t at = channel; at < values.size(); at += channels)
        addOneByOne(values.subspan(at, 1), moments);
    return moments;
}

/// Sums of as many groups of lanes as fit into a row, of which there is one at least. Tiles of rows stay in
/// the cache until all their groups are done; the last tile comes first, for who wrote the values wrote the
/// last ones last and who reads them next begins at the first.
void sumTiles(std::span<const float> values, std::int64_t width, std::vector<LaneSums>& sums,
              BehindScan behind, CountQueue& queue)
{
    const auto rows = static_cast<std::int64_t>(values.size()) / width,
               groups = static_cast<std::int64_t>(sums.size());
    constexpr std::int64_t tileValues = 1 << 12, leastRows = 64, line = 64;
    const std::int64_t tileRows = std::max(tileValues / width, leastRows);
    for (std::int64_t end = rows; end > 0;) {
        const std::int64_t row = std::max<std::int64_t>(end - tileRows, 0), count = end - row;
        const float* const tile = values.data() + row * width;
        BesideRows beside{
            .counts = queue, .fresh = end == rows, .prefetch = reinterpret_cast<const char*>(tile)};
        beside.prefetchStep = row > 0 ? -line : 0;
        beside.spread((groups + 1) / 2 * count);
        std::int64_t group = 0;
        for (; group + 2 <= groups; group += 2)
            sumPairedRows(tile + group * lanes, count, width, &sums[static_cast<std::size_t>(group)], beside);
        if (group < groups)
            sumRows(tile + group * lanes, count, width, sums[static_cast<std::size_t>(group)], beside);
        queue.drain();
        behind(static_cast<std::size_t>(row * width), static_cast<std::size_t>(end * width), queue);
        end = row;
    }
}

/// Channels one by one, from their sums where those are finite; the rest from the values.
Moments takeChannels(std::span<const float> values, const std::vector<LaneSums>& sums, std::int64_t rows,
                     std::vector<Moments>& result)
{
    Moments total;
    for (std::size_t c = 0; c < result.size(); ++c) {
        const LaneSums* const group = c / lanes < sums.size() ? &sums[c / lanes] : nullptr;
        const std::int64_t lane = static_cast<std::int64_t>(c) % lanes;
        result[c] = group && group->finite(lane) ? momentsOfLane(*group, lane, rows)
                                                 : scanColumn(values, result.size(), c);
        total.merge(result[c]);
    }
    return total;
}

/// Rows of neighbouring channels (features last): sums for all channels side by side, in an order that only
/// sizes decide.
Moments scanRows(std::span<const float> values, std::size_t channels, ChannelMoments& result,
                 BehindScan behind, CountQueue& queue)
{
    const auto width = static_cast<std::int64_t>(channels),
               rows = static_cast<std::int64_t>(values.size()) / width;
    std::vector<LaneSums>& sums = result.startGroups(channels / lanes, rows);
    sumTiles(values, width, sums, behind, queue);
    const LaneSums all = sumOf(sums.data(), sums.size());
    if (channels % lanes == 0 && all.finite())
        return momentsOf(all, static_cast<std::int64_t>(values.size()));
    const std::vector<LaneSums> kept = std::move(sums);
    return takeChannels(values, kept, rows, result.startSingle(channels));
}

} // namespace

Moments scanMoments(std::span<const float> values)
{
    CountQueue nothing;
    return scanMoments(
        values, [](std::size_t, std::size_t, CountQueue&) {}, nothing);
}

Moments scanMoments(std::span<const float> values, BehindScan behind, CountQueue& queue)
{
    // Pieces bound what one NaN sends to the slow path.
    constexpr std::size_t piece = std::size_t{1} << 14;
    Moments total;
    for (std::size_t at = 0; at < values.size(); at += piece) {
        const auto part = values.subspan(at, std::min(piece, values.size() - at));
        const std::size_t even = part.size() / lanes * lanes;
        LaneSums sums;
        if (even > 0) {
            BesideRows beside{.counts = queue, .fresh = true};
            beside.spread(static_cast<std::int64_t>(even) / lanes);
            sumRows(part.data(), static_cast<std::int64_t>(even) / lanes, lanes, sums, beside);
        }
        queue.drain();
        behind(at, at + part.size(), queue);
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

Moments scanChannels(std::span<const float> values, std::int64_t outer, std::int64_t channels,
                     std::int64_t inner, ChannelMoments& result, BehindScan behind, CountQueue& queue)
{
    if (inner == 1 && !values.empty())
        return scanRows(values, static_cast<std::size_t>(channels), result, behind, queue);
    std::vector<Moments>& single = result.startSingle(static_cast<std::size_t>(channels));
    const auto run = static_cast<std::size_t>(inner);
    std::size_t offset = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (Moments& channel : single) {
            const std::size_t start = offset;
            const auto ofAll = [&](std::size_t begin, std::size_t end, CountQueue& counts) {
                behind(start + begin, start + end, counts);
            };
            channel.merge(scanMoments(values.subspan(start, run), ofAll, queue));
            offset += run;
        }
    Moments total;
    for (const Moments& channel : single)
        total.merge(channel);
    return total;
}

} // namespace lathe
