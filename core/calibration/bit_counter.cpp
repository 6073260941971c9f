// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/bit_counter.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

constexpr int droppedBits = 23 - BitHistogram::mantissaBits;

/// Slots are bit patterns less one; those of zero follow.
constexpr std::uint32_t firstZeroSlot = BitHistogram::binCount - 1;

std::uint16_t slotOf(float value, std::size_t zeroSlot)
{
    const std::uint32_t key = std::bit_cast<std::uint32_t>(value) >> droppedBits;
    return static_cast<std::uint16_t>(key == 0 ? firstZeroSlot + zeroSlot : key - 1);
}

LATHE_INLINE std::uint64_t scrambled(std::uint64_t x)
{
    // SplitMix64.
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
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

/// slotOf() of sixteen values, each with a zero counter of its own.
LATHE_AVX512 LATHE_INLINE __m512i sixteenSlots(const float* values)
{
    constexpr __mmask16 all = 0xffff; // the forms without a mask warn in GCC
    constexpr int z = firstZeroSlot;
    const __m512i zeroSlots = _mm512_setr_epi32(z, z + 1, z + 2, z + 3, z + 4, z + 5, z + 6, z + 7, z + 8,
                                                z + 9, z + 10, z + 11, z + 12, z + 13, z + 14, z + 15);
    const __m512i key = _mm512_maskz_srli_epi32(all, _mm512_loadu_si512(values), droppedBits);
    return _mm512_maskz_min_epu32(all, _mm512_sub_epi32(key, _mm512_set1_epi32(1)),
                                  zeroSlots); // 0 - 1 is the largest of all
}

/// The slots of whole blocks; moves `at` to the first stretch that ends behind `last`.
LATHE_AVX512 std::uint16_t* chooseAvx512(const float* values, std::size_t& at, std::size_t last,
                                         const HistogramSampling& sampling, std::uint16_t* slots)
{
    const std::size_t stretch = sampling.stretch();
    for (; at + stretch <= last; at += stretch, slots += block) {
        const float* const chosen = values + chosenBlock(at, sampling);
        for (std::size_t i = 0; i < block; i += 32) // their order does not matter
            _mm512_storeu_si512(slots + i,
                                _mm512_packus_epi32(sixteenSlots(chosen + i), sixteenSlots(chosen + i + 16)));
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
        m_counts.resize(BitHistogram::binCount + zeroCounters);
    return m_counts.data() + 1;
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
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        slots = chooseAvx512(values.data(), at, last, sampling, slots);
#endif
    for (; at < last; at += stretch) {
        const std::size_t chosen = chosenBlock(at, sampling);
        for (std::size_t i = chosen; i < std::min(chosen + block, last); ++i)
            *slots++ = slotOf(values[i], i % zeroCounters);
    }
    queue.written(static_cast<std::size_t>(slots - first));
    m_total += queue.size();
}

bool BitCounter::full(std::size_t more) const
{
    return m_total + more > std::numeric_limits<std::uint32_t>::max();
}

void BitCounter::emptyInto(BitHistogram& histogram)
{
    if (m_total == 0)
        return;
    const auto zeros = m_counts.begin() + BitHistogram::binCount;
    m_counts[0] = std::accumulate(zeros, m_counts.end(), std::uint32_t{0});
    histogram.addKeyCounts(std::span(m_counts).first(BitHistogram::binCount));
    std::fill(m_counts.begin(), m_counts.end(), 0);
    m_total = 0;
}

} // namespace lathe
