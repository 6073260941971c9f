// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/tensor_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace lathe {

namespace {

constexpr std::int64_t lanes = 8;
constexpr float largest = std::numeric_limits<float>::max();

using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));
using Doubles = double __attribute__((vector_size(8 * lanes)));

/// Sums over a multiple of eight values, lane by lane.
struct LaneSums
{
    Doubles first;
    Doubles second;
    Doubles third;
    Doubles fourth;
    Floats minimum;
    Floats maximum;
    Ints zeros;
    Ints nonFinite;
};

[[gnu::always_inline]] inline void sumLanes(const float* values, std::int64_t count, LaneSums& out)
{
    Doubles first{}, second{}, third{}, fourth{};
    Floats low = Floats{} + largest;
    Floats high = Floats{} - largest;
    Ints zeros{}, nonFinite{};
    for (std::int64_t i = 0; i < count; i += lanes) {
        Floats x;
        std::memcpy(&x, values + i, sizeof x);
        nonFinite |= (x - x) != Floats{};
        low = x < low ? x : low;
        high = x > high ? x : high;
        zeros -= x == Floats{};
        const Doubles one = __builtin_convertvector(x, Doubles);
        const Doubles two = one * one;
        first += one;
        second += two;
        third += two * one;
        fourth += two * two;
    }
    out = {first, second, third, fourth, low, high, zeros, nonFinite};
}

using SumFunction = void (*)(const float*, std::int64_t, LaneSums&);

void sumBaseline(const float* values, std::int64_t count, LaneSums& out)
{
    sumLanes(values, count, out);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void sumAvx2(const float* values, std::int64_t count, LaneSums& out)
{
    sumLanes(values, count, out);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void sumAvx512(const float* values, std::int64_t count,
                                                            LaneSums& out)
{
    sumLanes(values, count, out);
}

SumFunction chooseSum()
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return sumAvx512;
    return __builtin_cpu_supports("avx2") ? sumAvx2 : sumBaseline;
}
#else
SumFunction chooseSum()
{
    return sumBaseline;
}
#endif

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

/// Rows of neighbouring channels (features last): sums for all channels side by side.
void scanRows(std::span<const float> values, std::size_t channels, std::vector<Moments>& result)
{
    for (std::size_t row = 0; row < values.size(); row += channels)
        for (std::size_t c = 0; c < channels; ++c)
            addOneByOne(values.subspan(row + c, 1), result[c]);
}

} // namespace

Moments scanMoments(std::span<const float> values)
{
    static const SumFunction sum = chooseSum();
    // Lane counters are 32 bits wide; pieces also bound what one NaN sends to the slow path.
    constexpr std::size_t piece = std::size_t{1} << 14;
    Moments total;
    while (!values.empty()) {
        const auto part = values.subspan(0, std::min(piece, values.size()));
        values = values.subspan(part.size());
        const std::size_t even = part.size() / lanes * lanes;
        LaneSums sums{};
        if (even > 0)
            sum(part.data(), static_cast<std::int64_t>(even), sums);
        Moments moments;
        if (even > 0 && laneSum(sums.nonFinite) == 0) {
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
                  std::int64_t inner, std::vector<Moments>& result)
{
    result.assign(static_cast<std::size_t>(channels), Moments{});
    if (inner == 1)
        return scanRows(values, static_cast<std::size_t>(channels), result);
    const auto run = static_cast<std::size_t>(inner);
    std::size_t offset = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::size_t c = 0; c < result.size(); ++c, offset += run)
            result[c].merge(scanMoments(values.subspan(offset, run)));
}

namespace {

constexpr std::size_t tableCount = 4;
constexpr std::size_t tableSize = BitHistogram::binCount;

} // namespace

BitCounter::BitCounter()
    : m_tables(tableCount * tableSize)
{
}

void BitCounter::count(std::span<const float> values)
{
    constexpr int droppedBits = 23 - BitHistogram::mantissaBits;
    std::uint32_t* tables = m_tables.data();
    const auto keyOf = [&](std::size_t i) { return std::bit_cast<std::uint32_t>(values[i]) >> droppedBits; };
    const std::size_t even = values.size() / tableCount * tableCount;
    for (std::size_t i = 0; i < even; i += tableCount)
        for (std::size_t table = 0; table < tableCount; ++table)
            ++tables[table * tableSize + keyOf(i + table)];
    for (std::size_t i = even; i < values.size(); ++i)
        ++tables[keyOf(i)];
}

void BitCounter::emptyInto(BitHistogram& histogram)
{
    std::uint32_t* tables = m_tables.data();
    for (std::size_t key = 0; key < tableSize; ++key)
        tables[key] += tables[tableSize + key] + tables[2 * tableSize + key] + tables[3 * tableSize + key];
    histogram.addKeyCounts({tables, tableSize});
    std::fill(m_tables.begin(), m_tables.end(), 0);
}

} // namespace lathe
