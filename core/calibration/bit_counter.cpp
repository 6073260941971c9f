// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/bit_counter.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

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
    const std::uint64_t upper = scrambled(sampling.seed + at) >> 32;
    return at + block * (upper * static_cast<std::uint64_t>(sampling.share) >> 32);   // a division would cost as much as counting
}

#if defined(__x86_64__)
#define LATHE_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]

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
