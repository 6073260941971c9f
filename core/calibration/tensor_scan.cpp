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

    /// A sum of floats cannot leave the range of double: only NaN and infinities do that.
    bool finite(std::int64_t lane) const { return std::isfinite(first[lane]); }
    bool finite() const
    {
        bool all = true;
        for (std::int64_t lane = 0; lane < lanes; ++lane)
            all = all && finite(lane);
        return all;
    }
};

LATHE_INLINE void addLanes(const float* values, LaneSums& sums)
{
    Floats x;
    std::memcpy(&x, values, sizeof x);
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

#if defined(__x86_64__)
#define LATHE_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]

/// The same operations as SumRows: the compiler does not find the conversion of eight floats at once.
template <int groups>
LATHE_AVX512 void sumRowsAvx512(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums)
{
    __m512d first[groups], second[groups], third[groups], fourth[groups];
    __m256 minimum[groups], maximum[groups];
    __m256i zeros[groups];
    for (int g = 0; g < groups; ++g) {
        first[g] = _mm512_load_pd(&sums[g].first);
        second[g] = _mm512_load_pd(&sums[g].second);
        third[g] = _mm512_load_pd(&sums[g].third);
        fourth[g] = _mm512_load_pd(&sums[g].fourth);
        minimum[g] = _mm256_load_ps(reinterpret_cast<const float*>(&sums[g].minimum));
        maximum[g] = _mm256_load_ps(reinterpret_cast<const float*>(&sums[g].maximum));
        zeros[g] = _mm256_load_si256(reinterpret_cast<const __m256i*>(&sums[g].zeros));
    }
    const __m256i one = _mm256_set1_epi32(1);
    for (std::int64_t row = 0; row < rows; ++row, values += step)
        for (int g = 0; g < groups; ++g) {
            const __m256 x = _mm256_loadu_ps(values + g * lanes);
            minimum[g] = _mm256_min_ps(x, minimum[g]);
            maximum[g] = _mm256_max_ps(x, maximum[g]);
            const __mmask8 zero = _mm256_cmp_ps_mask(x, _mm256_setzero_ps(), _CMP_EQ_OQ);
            zeros[g] = _mm256_mask_add_epi32(zeros[g], zero, zeros[g], one);
            const __m512d power = _mm512_maskz_cvtps_pd(0xff, x), square = _mm512_mul_pd(power, power);
            first[g] = _mm512_add_pd(first[g], power);
            second[g] = _mm512_add_pd(second[g], square);
            third[g] = _mm512_add_pd(third[g], _mm512_mul_pd(square, power));
            fourth[g] = _mm512_add_pd(fourth[g], _mm512_mul_pd(square, square));
        }
    for (int g = 0; g < groups; ++g) {
        _mm512_store_pd(&sums[g].first, first[g]);
        _mm512_store_pd(&sums[g].second, second[g]);
        _mm512_store_pd(&sums[g].third, third[g]);
        _mm512_store_pd(&sums[g].fourth, fourth[g]);
        _mm256_store_ps(reinterpret_cast<float*>(&sums[g].minimum), minimum[g]);
        _mm256_store_ps(reinterpret_cast<float*>(&sums[g].maximum), maximum[g]);
        _mm256_store_si256(reinterpret_cast<__m256i*>(&sums[g].zeros), zeros[g]);
    }
}
#endif

template <int groups> void sumRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums)
{
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return sumRowsAvx512<groups>(values, rows, step, sums);
#endif
    simdCall<SumRows<groups>>(values, rows, step, sums);
}

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
            sumRows<2>(values.data() + row * width + group * lanes, count, width,
                                 &sums[static_cast<std::size_t>(group)]);
        if (group < groups)
            sumRows<1>(values.data() + row * width + group * lanes, count, width,
                                 &sums[static_cast<std::size_t>(group)]);
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
            sumRows<1>(part.data(), static_cast<std::int64_t>(even) / lanes, lanes, &sums);
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

namespace {

constexpr int droppedBits = 23 - BitHistogram::mantissaBits;

void countKeys(const float* values, std::size_t count, std::uint32_t* table)
{
    for (std::size_t i = 0; i < count; ++i)
        ++table[std::bit_cast<std::uint32_t>(values[i]) >> droppedBits];
}

std::uint64_t scrambled(std::uint64_t x)
{
    // SplitMix64.
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

/// Values that are counted or left out together.
constexpr std::size_t block = 64;

/// Where the block lies that stands for the `share` blocks from `at` on.
std::size_t chosenBlock(std::size_t at, const HistogramSampling& sampling)
{
    return at + block * (scrambled(sampling.seed + at) % static_cast<std::size_t>(sampling.share));
}

#if defined(__x86_64__)
/// Takes the zeros out first: the run of them behind a Relu would wait for its own last increment.
class KeyBuffer
{
public:
    static constexpr std::size_t width = 16;

    explicit KeyBuffer(std::uint32_t* table) : m_table(table) {}

    LATHE_AVX512 void add(const float* values, std::size_t vectors)
    {
        std::uint32_t* end = m_keys + m_kept;
        for (std::size_t i = 0; i < vectors; ++i) {
            const __m512i bits = _mm512_loadu_si512(values + i * width);
            const __mmask16 some = _mm512_test_epi32_mask(bits, bits);
            const __m512i key = _mm512_maskz_compress_epi32(some, _mm512_maskz_srli_epi32(some, bits, droppedBits));
            _mm512_storeu_si512(end, key);
            end += __builtin_popcount(some);
        }
        m_kept = static_cast<std::size_t>(end - m_keys);
        m_added += vectors * width;
        if (m_kept > room)
            flush();
    }

    void finish()
    {
        flush();
        m_table[0] += static_cast<std::uint32_t>(m_added - m_counted);
    }

private:
    void flush()
    {
        std::uint32_t* const table = m_table;
        const std::size_t kept = m_kept;
        for (std::size_t i = 0; i < kept; ++i)
            ++table[m_keys[i]];
        m_counted += m_kept;
        m_kept = 0;
    }

    static constexpr std::size_t room = 1024;
    std::uint32_t* m_table;
    std::size_t m_kept = 0, m_added = 0, m_counted = 0;
    std::uint32_t m_keys[2 * room + width];
};

LATHE_AVX512 void countKeysAvx512(const float* values, std::size_t count, std::uint32_t* table)
{
    constexpr std::size_t piece = 1024;
    KeyBuffer keys(table);
    std::size_t at = 0;
    for (; at + KeyBuffer::width <= count;) {
        const std::size_t vectors = std::min(piece, count - at) / KeyBuffer::width;
        keys.add(values + at, vectors);
        at += vectors * KeyBuffer::width;
    }
    keys.finish();
    countKeys(values + at, count - at, table);
}

/// Whole blocks; returns where it ended.
LATHE_AVX512 std::size_t countBlocksAvx512(const float* values, std::size_t from, std::size_t end, const HistogramSampling& sampling,
                                           std::uint32_t* table)
{
    const std::size_t stretch = block * static_cast<std::size_t>(sampling.share);
    KeyBuffer keys(table);
    for (; from + stretch <= end; from += stretch)
        keys.add(values + chosenBlock(from, sampling), block / KeyBuffer::width);
    keys.finish();
    return from;
}
#endif

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

std::size_t BitCounter::count(std::span<const float> values, std::size_t from, std::size_t end, const HistogramSampling& sampling)
{
    if (sampling.share <= 1) {
        count(values.subspan(from, end - from));
        return end;
    }
    if (m_counts.empty())
        m_counts.resize(BitHistogram::binCount);
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512) {
        const std::size_t start = from;
        from = countBlocksAvx512(values.data(), from, end, sampling, m_counts.data());
        m_total += (from - start) / static_cast<std::size_t>(sampling.share);
    }
#endif
    const std::size_t stretch = block * static_cast<std::size_t>(sampling.share);
    for (; from < end && (from + stretch <= end || end == values.size()); from += stretch) {
        const std::size_t chosen = chosenBlock(from, sampling);
        if (chosen < end)
            count(values.subspan(chosen, std::min(block, end - chosen)));
    }
    return from;
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
