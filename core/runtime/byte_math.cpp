// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/byte_math.h"

#include "core/runtime/vector_math.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

LATHE_INLINE std::uint8_t toByte(float code)
{
    return static_cast<std::uint8_t>(static_cast<std::int32_t>(code));
}

/// Wraps like the registers of every integer runtime, where a file's bias is that large.
LATHE_INLINE std::int32_t wrappingSum(std::int32_t a, std::int32_t b)
{
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

struct ToBytes
{
    LATHE_INLINE static void run(const std::int32_t* sums, std::uint8_t* out, std::int64_t rows,
                                 std::int64_t channels, const float* multiplier, const std::int32_t* bias,
                                 float zero, float low, float high)
    {
        for (std::int64_t row = 0; row < rows; ++row, sums += channels, out += channels) {
            std::int64_t c = 0;
            for (; c + kBlock <= channels; c += kBlock)
                some(kBlock, sums + c, out + c, multiplier + c, bias + c, zero, low, high);
            // The last channels as a whole block too, which makes some bytes twice.
            if (c < channels && channels >= kBlock) {
                c = channels - kBlock;
                some(kBlock, sums + c, out + c, multiplier + c, bias + c, zero, low, high);
            } else {
                some(channels - c, sums + c, out + c, multiplier + c, bias + c, zero, low, high);
            }
        }
    }

private:
    static constexpr std::int64_t kBlock = 16;

    LATHE_INLINE static void some(std::int64_t count, const std::int32_t* sums, std::uint8_t* out,
                                  const float* multiplier, const std::int32_t* bias, float zero, float low,
                                  float high)
    {
        LATHE_INDEPENDENT
        for (std::int64_t c = 0; c < count; ++c) {
            const float value = static_cast<float>(wrappingSum(sums[c], bias[c])) * multiplier[c];
            out[c] = toByte(roundSmall(clampTo(value, low, high)) + zero);
        }
    }
};

struct ToReals
{
    LATHE_INLINE static void run(const std::int32_t* sums, float* out, std::int64_t rows,
                                 std::int64_t channels, const float* multiplier, const std::int32_t* bias)
    {
        for (std::int64_t row = 0; row < rows; ++row, sums += channels, out += channels) {
            LATHE_INDEPENDENT
            for (std::int64_t c = 0; c < channels; ++c)
                out[c] = static_cast<float>(wrappingSum(sums[c], bias[c])) * multiplier[c];
        }
    }
};

struct Quantize
{
    LATHE_INLINE static void run(const float* reals, std::uint8_t* out, std::int64_t count, float scale,
                                 float zero, float low, float high)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float value = reals[i] / scale;
            out[i] = toByte(roundSmall(clampTo(value != value ? 0.0f : value, low, high)) + zero);
        }
    }
};

struct Dequantize
{
    LATHE_INLINE static void run(const std::uint8_t* codes, float* out, std::int64_t count, float scale,
                                 std::int32_t zero)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = static_cast<float>(codes[i] - zero) * scale;
    }
};

#if defined(__x86_64__)
/// Blocks of 64 bytes from a table in four registers. Returns how many bytes it looked up.
[[gnu::target("avx512f,avx512bw,avx512vbmi")]] std::int64_t
lookUpBlocks(const std::uint8_t* codes, std::uint8_t* out, std::int64_t count, const std::uint8_t* table)
{
    constexpr std::int64_t block = 64;
    const __m512i first = _mm512_loadu_si512(table), second = _mm512_loadu_si512(table + block);
    const __m512i third = _mm512_loadu_si512(table + 2 * block), fourth = _mm512_loadu_si512(table + 3 * block);
    std::int64_t i = 0;
    for (; i + block <= count; i += block) {
        const __m512i code = _mm512_loadu_si512(codes + i);
        const __m512i low = _mm512_permutex2var_epi8(first, code, second);
        const __m512i high = _mm512_permutex2var_epi8(third, code, fourth);
        _mm512_storeu_si512(out + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(code), low, high));
    }
    return i;
}
#endif

struct FromCentred
{
    LATHE_INLINE static void run(const float* centred, std::uint8_t* out, std::int64_t count, float zero)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = toByte(centred[i] + zero);
    }
};

}

void requantizeToBytes(const std::int32_t* sums, std::uint8_t* out, std::int64_t rows,
                       const ByteRequantization& how)
{
    simdCall<ToBytes>(sums, out, rows, static_cast<std::int64_t>(how.multiplier.size()),
                      how.multiplier.data(), how.bias.data(), static_cast<float>(how.zero),
                      static_cast<float>(how.low - how.zero), static_cast<float>(how.high - how.zero));
}

void requantizeToReals(const std::int32_t* sums, float* out, std::int64_t rows, const ByteRequantization& how)
{
    simdCall<ToReals>(sums, out, rows, static_cast<std::int64_t>(how.multiplier.size()),
                      how.multiplier.data(), how.bias.data());
}

void realsToBytes(const float* reals, std::uint8_t* out, std::int64_t count, const ByteCodes& grid)
{
    simdCall<Quantize>(reals, out, count, grid.scale, static_cast<float>(grid.zero),
                       static_cast<float>(grid.low - grid.zero), static_cast<float>(grid.high - grid.zero));
}

void bytesToReals(const std::uint8_t* codes, float* out, std::int64_t count, const ByteCodes& grid)
{
    simdCall<Dequantize>(codes, out, count, grid.scale, grid.zero);
}

void bytesToCentred(const std::uint8_t* codes, float* out, std::int64_t count, std::int32_t zero)
{
    simdCall<Dequantize>(codes, out, count, 1.0f, zero);
}

void centredToBytes(const float* centred, std::uint8_t* out, std::int64_t count, std::int32_t zero)
{
    simdCall<FromCentred>(centred, out, count, static_cast<float>(zero));
}

void lookUpBytes(const std::uint8_t* codes, std::uint8_t* out, std::int64_t count, const std::uint8_t* table)
{
    std::int64_t i = 0;
#if defined(__x86_64__)
    static const bool permutesBytes = __builtin_cpu_supports("avx512vbmi") != 0;
    if (permutesBytes && simdLevel() == SimdLevel::avx512)
        i = lookUpBlocks(codes, out, count, table);
#endif
    for (; i < count; ++i)
        out[i] = table[codes[i]];
}

}
