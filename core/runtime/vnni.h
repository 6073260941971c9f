// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

/// Whether this processor adds four products of bytes to each of sixteen int32 sums at once (VPDPBUSD of
/// AVX-512), and limitSimdLevel() lets it; or the reason.
inline bool hasVnni512(std::string& reason)
{
#if defined(__x86_64__)
    static const bool found = __builtin_cpu_supports("avx512vnni") != 0;
    if (found && simdLevel() == SimdLevel::avx512)
        return true;
#endif
    reason = "this processor does not add four products of bytes at once in 512 bits";
    return false;
}

#if defined(__x86_64__)

#if !defined(__clang__)
// GCC 12 takes the undefined registers inside its own intrinsics for ours.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

/// Before functions that need it, and behind the parameters of lambdas.
#define LATHE_VNNI_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#define LATHE_VNNI gnu::target(LATHE_VNNI_TARGET)
#define LATHE_VNNI_INLINE [[gnu::always_inline, LATHE_VNNI]] inline
#define LATHE_VNNI_LAMBDA __attribute__((always_inline, target(LATHE_VNNI_TARGET)))

/// Sixty-four int32 sums, or the sixty-four fours of bytes that are added to them.
struct Four
{
    __m512i at[4];
};

/// Adds to each of sixteen sums the products of four unsigned bytes with four signed ones. GCC 12 copies the
/// sums around its own intrinsic for it.
LATHE_VNNI_INLINE __m512i withProducts(__m512i sums, __m512i bytes, __m512i weights)
{
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(bytes), "vm"(weights));
    return sums;
}

LATHE_VNNI_INLINE void addProducts(Four& sums, const Four& bytes, const std::uint32_t* weights)
{
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
        sums.at[v] = withProducts(sums.at[v], bytes.at[v], _mm512_loadu_si512(weights + v * 16));
}

/// Requantizes as requantizeToBytes() does. The four registers of sums are packed within their parts of 128
/// bits: part L of the result has four bytes from part L of each.
class FourToBytes
{
public:
    /// Multiplier and bias of each sum, in the order of the sums.
    LATHE_VNNI_INLINE FourToBytes(const float* multiplier, const std::int32_t* bias, std::int32_t zero,
                                  std::int32_t low, std::int32_t high)
        : m_multiplier(multiplier)
        , m_bias(bias)
        , m_most(static_cast<float>(high - zero))
        , m_zero(_mm512_set1_epi16(static_cast<std::int16_t>(zero)))
        , m_low(_mm512_set1_epi8(static_cast<char>(low)))
    {
    }

    /// To the next 64 sums.
    void advance()
    {
        m_multiplier += 64;
        m_bias += 64;
    }

    /// What sums start from.
    LATHE_VNNI_INLINE __m512i bias(int v) const { return _mm512_loadu_si512(m_bias + v * 16); }
    LATHE_VNNI_INLINE Four bias() const { return {{bias(0), bias(1), bias(2), bias(3)}}; }

    LATHE_VNNI_INLINE __m512i operator()(const Four& sums) const
    {
        const __m512 most = _mm512_set1_ps(m_most);
        __m512i code[4];
        // Only what is too large must be cut before it becomes an integer: too little turns into the least.
#pragma GCC unroll 4
        for (int v = 0; v < 4; ++v)
            code[v] = _mm512_cvtps_epi32(_mm512_min_ps(
                _mm512_mul_ps(_mm512_cvtepi32_ps(sums.at[v]), _mm512_loadu_ps(m_multiplier + v * 16)), most));
        const __m512i first = _mm512_adds_epi16(_mm512_packs_epi32(code[0], code[1]), m_zero);
        const __m512i second = _mm512_adds_epi16(_mm512_packs_epi32(code[2], code[3]), m_zero);
        return _mm512_max_epu8(_mm512_packus_epi16(first, second), m_low);
    }

private:
    const float* m_multiplier;
    const std::int32_t* m_bias;
    float m_most; ///< largest code less the zero-point
    __m512i m_zero, m_low;
};

#endif

}
