// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/tensor_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

constexpr std::int64_t lanes = 8;
constexpr float largest = std::numeric_limits<float>::max();

using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));
using Doubles = double __attribute__((vector_size(8 * lanes)));

/// Sums of eight sequences side by side. Aligned for every instruction set: the compiler asks for less where it knows of none.
struct alignas(64) LaneSums
{
    Doubles first{};
    Doubles second{};
    Doubles third{};
    Doubles fourth{};
    Floats minimum = Floats{} + largest;
    Floats maximum = Floats{} - largest;
    Ints zeros{};
    Ints nonFinite{};
};

LATHE_INLINE void addLanes(const float* values, LaneSums& sums)
{
    Floats x;
    std::memcpy(&x, values, sizeof x);
    sums.nonFinite |= (x - x) != Floats{};
    sums.minimum = x < sums.minimum ? x : sums.minimum;
    sums.maximum = x > sums.maximum ? x : sums.maximum;
    sums.zeros -= x == Floats{};
    const Doubles one = __builtin_convertvector(x, Doubles);
    const Doubles two = one * one;
    sums.first += one;
    sums.second += two;
    sums.third += two * one;
    sums.fourth += two * two;
}

/// `groups` neighbouring groups of eight values, `rows` times, `step` values apart.
template <int groups> struct SumRows
{
    LATHE_INLINE static void run(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums)
    {
        LaneSums held[groups];
        for (int g = 0; g < groups; ++g)
            held[g] = sums[g];
        for (std::int64_t row = 0; row < rows; ++row, values += step)
            for (int g = 0; g < groups; ++g)
                addLanes(values + g * lanes, held[g]);
        for (int g = 0; g < groups; ++g)
            sums[g] = held[g];
    }
};

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

Moments momentsOfLane(const LaneSums& sums, std::int64_t lane, std::int64_t count)
{
    Moments moments;
    moments.count = count;
    moments.sum = sums.first[lane];
    moments.sumSquares = sums.second[lane];
    moments.sumCubes = sums.third[lane];
    moments.sumFourths = sums.fourth[lane];
    moments.minimum = sums.minimum[lane];
    moments.maximum = sums.maximum[lane];
    moments.zeros = sums.zeros[lane];
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

/// Rows of neighbouring channels (features last): sums for all channels side by side, in the order of the rows. Tiles of
/// rows stay in the cache until all their channels are done.
void scanRows(std::span<const float> values, std::size_t channels, std::vector<Moments>& result)
{
    const auto rows = static_cast<std::int64_t>(values.size() / channels);
    const auto width = static_cast<std::int64_t>(channels), groups = width / lanes;
    std::vector<LaneSums> sums(static_cast<std::size_t>(groups));
    constexpr std::int64_t tileValues = 1 << 15;
    const std::int64_t tileRows = std::max<std::int64_t>(tileValues / width, 16);
    for (std::int64_t row = 0; row < rows; row += tileRows) {
        const std::int64_t count = std::min(tileRows, rows - row);
        std::int64_t group = 0;
        for (; group + 2 <= groups; group += 2)
            simdCall<SumRows<2>>(values.data() + row * width + group * lanes, count, width,
                                 &sums[static_cast<std::size_t>(group)]);
        if (group < groups)
            simdCall<SumRows<1>>(values.data() + row * width + group * lanes, count, width,
                                 &sums[static_cast<std::size_t>(group)]);
    }
    for (std::int64_t c = 0; c < width; ++c) {
        const bool vector = c < groups * lanes;
        const LaneSums* held = vector ? &sums[static_cast<std::size_t>(c / lanes)] : nullptr;
        const bool finite = held && held->nonFinite[c % lanes] == 0;
        result[static_cast<std::size_t>(c)] =
            finite ? momentsOfLane(*held, c % lanes, rows) : scanColumn(values, channels, static_cast<std::size_t>(c));
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
            simdCall<SumRows<1>>(part.data(), static_cast<std::int64_t>(even) / lanes, lanes, &sums);
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

constexpr int droppedBits = 23 - BitHistogram::mantissaBits;

void countKeys(const float* values, std::size_t count, std::uint32_t* table)
{
    for (std::size_t i = 0; i < count; ++i)
        ++table[std::bit_cast<std::uint32_t>(values[i]) >> droppedBits];
}

#if defined(__x86_64__)
/// Takes the zeros out first: the run of them behind a Relu would wait for its own last increment.
[[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]] void countKeysAvx512(const float* values, std::size_t count,
                                                                           std::uint32_t* table)
{
    constexpr std::size_t width = 16, piece = 2048;
    std::uint32_t keys[piece + width];
    std::size_t zeros = 0, at = 0;
    while (at + width <= count) {
        const std::size_t end = std::min(at + piece, count / width * width);
        std::size_t kept = 0;
        for (; at < end; at += width) {
            const __m512i bits = _mm512_loadu_si512(values + at);
            const __mmask16 some = _mm512_test_epi32_mask(bits, bits);
            const __m512i key = _mm512_maskz_compress_epi32(some, _mm512_maskz_srli_epi32(some, bits, droppedBits));
            _mm512_storeu_si512(keys + kept, key);
            const auto found = static_cast<std::size_t>(__builtin_popcount(some));
            kept += found;
            zeros += width - found;
        }
        for (std::size_t i = 0; i < kept; ++i)
            ++table[keys[i]];
    }
    table[0] += static_cast<std::uint32_t>(zeros);
    countKeys(values + at, count - at, table);
}
#endif

std::uint64_t scrambled(std::uint64_t x)
{
    // SplitMix64.
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

} // namespace

HistogramSampling HistogramSampling::of(std::int64_t sample, std::size_t tensor) const
{
    return {share, scrambled(scrambled(seed + static_cast<std::uint64_t>(sample)) + tensor)};
}

void BitCounter::count(std::span<const float> values)
{
    if (m_counts.empty())
        m_counts.resize(BitHistogram::binCount);
    m_total += values.size();
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return countKeysAvx512(values.data(), values.size(), m_counts.data());
#endif
    countKeys(values.data(), values.size(), m_counts.data());
}

void BitCounter::count(std::span<const float> values, const HistogramSampling& sampling)
{
    if (sampling.share <= 1)
        return count(values);
    constexpr std::size_t block = 64, line = 16, ahead = 4;
    const auto share = static_cast<std::size_t>(sampling.share), stretch = block * share;
    const auto chosen = [&](std::size_t at) { return at + block * (scrambled(sampling.seed + at) % share); };
    for (std::size_t at = 0; at < values.size(); at += stretch) {
        // Blocks lie too far apart for the processor to guess the next one.
        if (at + (ahead + 1) * stretch < values.size())
            for (std::size_t i = 0; i < block; i += line)
                __builtin_prefetch(values.data() + chosen(at + ahead * stretch) + i);
        const std::size_t from = chosen(at);
        if (from < values.size())
            count(values.subspan(from, std::min(block, values.size() - from)));
    }
}

bool BitCounter::full(std::size_t more) const
{
    return m_total + more > std::numeric_limits<std::uint32_t>::max();
}

void BitCounter::emptyInto(BitHistogram& histogram)
{
    if (m_total == 0)
        return;
    histogram.addKeyCounts(m_counts);
    std::fill(m_counts.begin(), m_counts.end(), 0);
    m_total = 0;
}

} // namespace lathe
