// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/bit_counter.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/base/scramble.h"
#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

constexpr int droppedBits = 23 - BitHistogram::mantissaBits;

std::uint16_t keyOf(float value)
{
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> droppedBits);
}

constexpr std::size_t block = HistogramSampling::block;

/// Where the block lies that stands for the stretch from `at` on.
LATHE_INLINE std::size_t chosenBlock(std::size_t at, const HistogramSampling& sampling)
{
    const std::uint64_t upper = scrambled(sampling.seed + at) >> 32;
    return at +
           block * (upper * (sampling.stretch() / block) >> 32); // a division would cost as much as counting
}

#if defined(__x86_64__)
#define LATHE_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]

/// The keys of sixteen values but for those of zero; returns the end of what it wrote, and writes up to
/// sixteen.
LATHE_AVX512 LATHE_INLINE std::uint16_t* writeKeys(const float* values, std::uint16_t* slots)
{
    constexpr __mmask16 all = 0xffff; // the forms without a mask warn in GCC
    const __m512i keys = _mm512_maskz_srli_epi32(all, _mm512_loadu_si512(values), droppedBits);
    const __mmask16 others = _mm512_test_epi32_mask(keys, keys);
    const __m256i packed = _mm512_maskz_cvtepi32_epi16(all, _mm512_maskz_compress_epi32(others, keys));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(slots), packed);
    return slots + std::popcount(static_cast<unsigned>(others));
}

/// The keys of whole blocks; moves `at` to the first stretch that ends behind `last`.
LATHE_AVX512 std::uint16_t* chooseAvx512(const float* values, std::size_t& at, std::size_t last,
                                         const HistogramSampling& sampling, std::uint16_t* slots)
{
    const std::size_t stretch = sampling.stretch();
    for (; at + stretch <= last; at += stretch) {
        const float* const chosen = values + chosenBlock(at, sampling);
        for (std::size_t i = 0; i < block; i += 16)
            slots = writeKeys(chosen + i, slots);
    }
    return slots;
}
#endif

} // namespace

HistogramSampling HistogramSampling::of(std::int64_t sample, std::size_t tensor) const
{
    return {share, scrambled(scrambled(seed + static_cast<std::uint64_t>(sample)) + tensor)};
}

std::uint32_t* BitCounter::table()
{
    if (m_counts.empty())
        m_counts.resize(BitHistogram::binCount);
    return m_counts.data();
}

void BitCounter::count(std::span<const float> values)
{
    constexpr std::size_t piece = 1 << 14;
    CountQueue queue;
    for (std::size_t at = 0; at < values.size(); at += piece) {
        choose(values, at, std::min(at + piece, values.size()), {}, queue);
        queue.drain();
    }
}

void BitCounter::choose(std::span<const float> values, std::size_t begin, std::size_t end,
                        const HistogramSampling& sampling, CountQueue& queue)
{
    const std::size_t stretch = sampling.stretch();
    const std::size_t stretches = (end + stretch - 1) / stretch - (begin + stretch - 1) / stretch;
    if (stretches == 0)
        return;
    std::size_t at = (begin + stretch - 1) / stretch * stretch;
    const std::size_t last = std::min(at + stretches * stretch, values.size());
    std::uint16_t* const first = queue.start(table(), stretches * block);
    std::uint16_t* slots = first;
    std::size_t looked = 0;
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512) {
        const std::size_t from = at;
        slots = chooseAvx512(values.data(), at, last, sampling, slots);
        looked = (at - from) / stretch * block;
    }
#endif
    for (; at < last; at += stretch) {
        const std::size_t chosen = chosenBlock(at, sampling), chosenEnd = std::min(chosen + block, last);
        for (std::size_t i = chosen; i < chosenEnd; ++i)
            if (const std::uint16_t key = keyOf(values[i]); key != 0)
                *slots++ = key;
        looked += chosenEnd > chosen ? chosenEnd - chosen : 0;
    }
    const auto others = static_cast<std::size_t>(slots - first);
    queue.written(others);
    m_zeros += looked - others;
    m_total += looked;
}

bool BitCounter::full(std::size_t more) const
{
    return m_total + more > std::numeric_limits<std::uint32_t>::max();
}

void BitCounter::emptyInto(BitHistogram& histogram)
{
    if (m_total == 0)
        return;
    m_counts[0] = static_cast<std::uint32_t>(m_zeros);
    histogram.addKeyCounts(m_counts);
    std::fill(m_counts.begin(), m_counts.end(), 0);
    m_zeros = m_total = 0;
}

} // namespace lathe
