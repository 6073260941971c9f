// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/lane_sums.h"

#include <cstring>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

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

/// The four sums of powers of eight sequences, as addLanes but for one rounding less in the higher two.
class PowerSums
{
public:
    LATHE_AVX512 void load(const LaneSums& sums)
    {
        m_first = _mm512_load_pd(&sums.first);
        m_second = _mm512_load_pd(&sums.second);
        m_third = _mm512_load_pd(&sums.third);
        m_fourth = _mm512_load_pd(&sums.fourth);
    }

    /// Converts from memory, which saves the shuffle that a register needs.
    LATHE_AVX512 LATHE_INLINE void add(const float* values)
    {
        const __m512d x = _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(values)), square = _mm512_mul_pd(x, x);
        m_first = _mm512_add_pd(m_first, x);
        m_second = _mm512_add_pd(m_second, square);
        m_third = _mm512_fmadd_pd(square, x, m_third);
        m_fourth = _mm512_fmadd_pd(square, square, m_fourth);
    }

    LATHE_AVX512 void store(LaneSums& sums) const
    {
        _mm512_store_pd(&sums.first, m_first);
        _mm512_store_pd(&sums.second, m_second);
        _mm512_store_pd(&sums.third, m_third);
        _mm512_store_pd(&sums.fourth, m_fourth);
    }

private:
    __m512d m_first, m_second, m_third, m_fourth;
};

LATHE_AVX512 void sumRowsAvx512(const float* values, std::int64_t rows, std::int64_t step, LaneSums& sums)
{
    PowerSums powers;
    powers.load(sums);
    __m256 minimum = _mm256_load_ps(reinterpret_cast<const float*>(&sums.minimum));
    __m256 maximum = _mm256_load_ps(reinterpret_cast<const float*>(&sums.maximum));
    __m256i zeros = _mm256_load_si256(reinterpret_cast<const __m256i*>(&sums.zeros));
    const __m256i one = _mm256_set1_epi32(1);
    for (std::int64_t row = 0; row < rows; ++row, values += step) {
        const __m256 x = _mm256_loadu_ps(values);
        minimum = _mm256_min_ps(x, minimum);
        maximum = _mm256_max_ps(x, maximum);
        zeros = _mm256_mask_add_epi32(zeros, _mm256_cmp_ps_mask(x, _mm256_setzero_ps(), _CMP_EQ_OQ), zeros, one);
        powers.add(values);
    }
    powers.store(sums);
    _mm256_store_ps(reinterpret_cast<float*>(&sums.minimum), minimum);
    _mm256_store_ps(reinterpret_cast<float*>(&sums.maximum), maximum);
    _mm256_store_si256(reinterpret_cast<__m256i*>(&sums.zeros), zeros);
}

/// Sixteen 32-bit numbers of two neighbouring groups.
template <typename Vector> LATHE_AVX512 LATHE_INLINE __m512i loadPair(const Vector& low, const Vector& high)
{
    alignas(64) Vector both[2] = {low, high};
    return _mm512_load_si512(both);
}

template <typename Vector> LATHE_AVX512 LATHE_INLINE void storePair(__m512i pair, Vector& low, Vector& high)
{
    alignas(64) Vector both[2];
    _mm512_store_si512(both, pair);
    low = both[0];
    high = both[1];
}

LATHE_AVX512 void sumPairedRowsAvx512(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums)
{
    PowerSums low, high;
    low.load(sums[0]);
    high.load(sums[1]);
    __m512 minimum = _mm512_castsi512_ps(loadPair(sums[0].minimum, sums[1].minimum));
    __m512 maximum = _mm512_castsi512_ps(loadPair(sums[0].maximum, sums[1].maximum));
    __m512i zeros = loadPair(sums[0].zeros, sums[1].zeros);
    const __m512i one = _mm512_set1_epi32(1);
    constexpr __mmask16 all = 0xffff;   // the forms without a mask warn in GCC
    for (std::int64_t row = 0; row < rows; ++row, values += step) {
        const __m512 x = _mm512_loadu_ps(values);
        minimum = _mm512_maskz_min_ps(all, x, minimum);
        maximum = _mm512_maskz_max_ps(all, x, maximum);
        zeros = _mm512_mask_add_epi32(zeros, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_EQ_OQ), zeros, one);
        low.add(values);
        high.add(values + lanes);
    }
    low.store(sums[0]);
    high.store(sums[1]);
    storePair(_mm512_castps_si512(minimum), sums[0].minimum, sums[1].minimum);
    storePair(_mm512_castps_si512(maximum), sums[0].maximum, sums[1].maximum);
    storePair(zeros, sums[0].zeros, sums[1].zeros);
}
#endif

} // namespace

void sumRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums& sums)
{
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return sumRowsAvx512(values, rows, step, sums);
#endif
    simdCall<SumRows<1>>(values, rows, step, &sums);
}

void sumPairedRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums)
{
#if defined(__x86_64__)
    if (simdLevel() == SimdLevel::avx512)
        return sumPairedRowsAvx512(values, rows, step, sums);
#endif
    simdCall<SumRows<2>>(values, rows, step, sums);
}

} // namespace lathe
