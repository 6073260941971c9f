// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/lane_sums.h"

#include <algorithm>
#include <cstring>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

LATHE_INLINE void addSums(const LaneSums& more, LaneSums& sums)
{
    sums.first += more.first;
    sums.second += more.second;
    sums.minimum = more.minimum < sums.minimum ? more.minimum : sums.minimum;
    sums.maximum = more.maximum > sums.maximum ? more.maximum : sums.maximum;
}

struct MergeEach
{
    LATHE_INLINE static void run(const LaneSums* from, std::size_t count, LaneSums* to)
    {
        for (std::size_t i = 0; i < count; ++i)
            addSums(from[i], to[i]);
    }
};

struct MergeAll
{
    LATHE_INLINE static void run(const LaneSums* sums, std::size_t count, LaneSums* total)
    {
        LaneSums held;
        for (std::size_t i = 0; i < count; ++i)
            addSums(sums[i], held);
        *total = held;
    }
};

LATHE_INLINE void addLanes(const float* values, LaneSums& sums)
{
    Floats x;
    std::memcpy(&x, values, sizeof x);
    sums.minimum = x < sums.minimum ? x : sums.minimum;
    sums.maximum = x > sums.maximum ? x : sums.maximum;
    const Doubles real = __builtin_convertvector(x, Doubles);
    sums.first += real;
    sums.second += real * real; // exact before it is added: fused or not, the same bits
}

/// `groups` neighbouring groups of eight values, `rows` times, `step` values apart.
template <int groups>
struct SumRows
{
    LATHE_INLINE static void run(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums,
                                 bool fresh)
    {
        LaneSums held[groups];
        for (int g = 0; g < groups && !fresh; ++g)
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

constexpr float largest = std::numeric_limits<float>::max();

/// The two sums of powers of eight sequences.
class PowerSums
{
public:
    LATHE_AVX512 LATHE_INLINE void start() { m_first = m_second = _mm512_setzero_pd(); }

    LATHE_AVX512 LATHE_INLINE void load(const LaneSums& sums)
    {
        m_first = _mm512_load_pd(&sums.first);
        m_second = _mm512_load_pd(&sums.second);
    }

    /// Converts from memory, which saves the shuffle that a register needs.
    LATHE_AVX512 LATHE_INLINE void add(const float* values)
    {
        const __m512d x = _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(values));
        m_first = _mm512_add_pd(m_first, x);
        m_second = _mm512_fmadd_pd(x, x, m_second);
    }

    LATHE_AVX512 LATHE_INLINE void store(LaneSums& sums) const
    {
        _mm512_store_pd(&sums.first, m_first);
        _mm512_store_pd(&sums.second, m_second);
    }

private:
    __m512d m_first, m_second;
};

/// Eight sequences in registers.
class SingleSums
{
public:
    LATHE_AVX512 LATHE_INLINE void start()
    {
        m_powers.start();
        m_minimum = _mm256_set1_ps(largest);
        m_maximum = _mm256_set1_ps(-largest);
    }

    LATHE_AVX512 LATHE_INLINE void load(const LaneSums* sums)
    {
        m_powers.load(*sums);
        m_minimum = _mm256_load_ps(reinterpret_cast<const float*>(&sums->minimum));
        m_maximum = _mm256_load_ps(reinterpret_cast<const float*>(&sums->maximum));
    }

    LATHE_AVX512 LATHE_INLINE void add(const float* values)
    {
        const __m256 x = _mm256_loadu_ps(values);
        m_minimum = _mm256_min_ps(x, m_minimum);
        m_maximum = _mm256_max_ps(x, m_maximum);
        m_powers.add(values);
    }

    LATHE_AVX512 LATHE_INLINE void store(LaneSums* sums) const
    {
        m_powers.store(*sums);
        _mm256_store_ps(reinterpret_cast<float*>(&sums->minimum), m_minimum);
        _mm256_store_ps(reinterpret_cast<float*>(&sums->maximum), m_maximum);
    }

private:
    PowerSums m_powers;
    __m256 m_minimum, m_maximum;
};

/// Sixteen 32-bit numbers of two neighbouring groups.
LATHE_AVX512 LATHE_INLINE __m512 loadPair(const void* low, const void* high)
{
    const __m512 half = _mm512_castps256_ps512(_mm256_load_ps(static_cast<const float*>(low)));
    return _mm512_insertf32x8(half, _mm256_load_ps(static_cast<const float*>(high)), 1);
}

LATHE_AVX512 LATHE_INLINE void storePair(__m512 pair, void* low, void* high)
{
    constexpr __mmask8 all = 0xff; // the forms without a mask warn in GCC
    _mm256_store_ps(static_cast<float*>(low), _mm512_maskz_extractf32x8_ps(all, pair, 0));
    _mm256_store_ps(static_cast<float*>(high), _mm512_maskz_extractf32x8_ps(all, pair, 1));
}

/// Sixteen sequences in registers.
class PairedSums
{
public:
    LATHE_AVX512 LATHE_INLINE void start()
    {
        m_low.start();
        m_high.start();
        m_minimum = _mm512_set1_ps(largest);
        m_maximum = _mm512_set1_ps(-largest);
    }

    LATHE_AVX512 LATHE_INLINE void load(const LaneSums* sums)
    {
        m_low.load(sums[0]);
        m_high.load(sums[1]);
        m_minimum = loadPair(&sums[0].minimum, &sums[1].minimum);
        m_maximum = loadPair(&sums[0].maximum, &sums[1].maximum);
    }

    LATHE_AVX512 LATHE_INLINE void add(const float* values)
    {
        constexpr __mmask16 all = 0xffff; // as above
        const __m512 x = _mm512_loadu_ps(values);
        m_minimum = _mm512_maskz_min_ps(all, x, m_minimum);
        m_maximum = _mm512_maskz_max_ps(all, x, m_maximum);
        m_low.add(values);
        m_high.add(values + lanes);
    }

    LATHE_AVX512 LATHE_INLINE void store(LaneSums* sums) const
    {
        m_low.store(sums[0]);
        m_high.store(sums[1]);
        storePair(m_minimum, &sums[0].minimum, &sums[1].minimum);
        storePair(m_maximum, &sums[0].maximum, &sums[1].maximum);
    }

private:
    PowerSums m_low, m_high;
    __m512 m_minimum, m_maximum;
};

/// Rows with `share` increments each beside them: those have the ports to themselves that the sums do not
/// use.
template <int share, typename Sums>
LATHE_AVX512 LATHE_INLINE void addRows(const float*& values, std::int64_t rows, std::int64_t step, Sums& held,
                                       BesideRows& beside)
{
    std::uint32_t* const table = beside.counts.table();
    const std::uint16_t* slot = beside.counts.next();
    const char* prefetch = beside.prefetch;
    for (std::int64_t row = 0; row < rows;
         ++row, values += step, slot += share, prefetch += beside.prefetchStep) {
        held.add(values);
        _mm_prefetch(prefetch, _MM_HINT_T1);
#pragma GCC unroll 16
        for (int i = 0; i < share; ++i)
            ++table[slot[i]];
    }
    beside.prefetch = prefetch;
    beside.counts.made(static_cast<std::size_t>(rows * share));
}

template <typename Sums>
LATHE_AVX512 void sumRowsAvx512(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums,
                                BesideRows& beside)
{
    Sums held;
    if (beside.fresh)
        held.start();
    else
        held.load(sums);
    const auto due = static_cast<std::int64_t>(beside.counts.size());
    const std::int64_t fed = std::min(rows, due / beside.countsPerRow);
    switch (beside.countsPerRow) {
    case 16:
        addRows<16>(values, fed, step, held, beside);
        break;
    case 8:
        addRows<8>(values, fed, step, held, beside);
        break;
    case 4:
        addRows<4>(values, fed, step, held, beside);
        break;
    default:
        addRows<2>(values, fed, step, held, beside);
        break;
    }
    addRows<0>(values, rows - fed, step, held, beside);
    held.store(sums);
}
#endif

} // namespace

void mergeEach(const LaneSums* from, std::size_t count, LaneSums* to)
{
    simdCall<MergeEach>(from, count, to);
}

LaneSums sumOf(const LaneSums* sums, std::size_t count)
{
    LaneSums total;
    simdCall<MergeAll>(sums, count, &total);
    return total;
}

void sumRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums& sums, BesideRows& beside)
{
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return sumRowsAvx512<SingleSums>(values, rows, step, &sums, beside);
#endif
    simdCall<SumRows<1>>(values, rows, step, &sums, beside.fresh);
}

void sumPairedRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums,
                   BesideRows& beside)
{
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return sumRowsAvx512<PairedSums>(values, rows, step, sums, beside);
#endif
    simdCall<SumRows<2>>(values, rows, step, sums, beside.fresh);
}

} // namespace lathe
