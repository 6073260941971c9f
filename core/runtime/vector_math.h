// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/runtime/simd.h"

namespace lathe {

/// Scalar functions without branches or library calls, so that loops over them vectorize and every instruction set gives
/// the same bits.

/// Round to nearest, ties to even, for |x| <= 2^22 (adding 1.5 * 2^23 leaves no fraction bits).
LATHE_INLINE float roundSmall(float x)
{
    constexpr float magic = 12582912.0f;
    return (x + magic) - magic;
}

LATHE_INLINE float clampTo(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

/// e^x as mantissa * 2^exponent.
struct ExpParts {
    float mantissa;
    std::int32_t exponent;
};

/// Cody-Waite reduction and the Cephes polynomial, for x whose result is a normal float or close to one.
LATHE_INLINE ExpParts expParts(float x)
{
    const float n = roundSmall(x * 1.44269504f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return {(p * r * r + r) + 1.0f, static_cast<std::int32_t>(n)};
}

/// e^x within 2 ulp. Results below 2^-126 are 0.
LATHE_INLINE float expFast(float x)
{
    const auto [mantissa, exponent] = expParts(clampTo(x, -87.4f, 88.8f));
    // In two factors, since 2^128 is no float.
    const std::int32_t half = exponent >> 1;
    const float first = std::bit_cast<float>((half + 127) << 23);
    const float second = std::bit_cast<float>((exponent - half + 127) << 23);
    float y = mantissa * first * second;
    y = x < -87.33654f ? 0.0f : y;
    y = x > 88.72283f ? INFINITY : y;
    return x != x ? x : y;
}

/// e^x within 2 ulp for x <= 0, where one factor does and nothing overflows. Results below 2^-126 are 0.
LATHE_INLINE float expOfNegative(float x)
{
    const auto [mantissa, exponent] = expParts(x < -87.33654f ? -87.33654f : x);
    const float y = mantissa * std::bit_cast<float>((exponent + 127) << 23);
    return x < -87.33654f ? 0.0f : y;
}

/// 1 / (1 + e^-x) within 4 ulp. (ONNX Runtime's kernels are within 1e-7 of it, but not relative to small results.)
LATHE_INLINE float sigmoidFast(float x)
{
    // e^-x as in expFast, with the exponent taken from the bits of the rounding and added to those of the mantissa.
    constexpr float lowest = -87.0f, highest = 88.3f;
    const float y = clampTo(-x, lowest, highest);
    constexpr float magic = 12582912.0f;
    const float shifted = y * 1.44269504f + magic;
    const float n = shifted - magic;
    const float r = (y - n * 0.693359375f) + n * 2.12194440e-4f;
    // In pairs: Horner's chain would take longer than everything else.
    const float z = r * r;
    const float high = 1.9875691500e-4f * r + 1.3981999507e-3f;
    const float middle = 8.3334519073e-3f * r + 4.1665795894e-2f;
    const float low = 1.6666665459e-1f * r + 5.0000001201e-1f;
    const float mantissa = (((high * z + middle) * z + low) * z + r) + 1.0f;
    const float e = std::bit_cast<float>(std::bit_cast<std::uint32_t>(mantissa) + (std::bit_cast<std::uint32_t>(shifted) << 23));
    const float s = 1.0f / (1.0f + e);
    return x < -highest ? 0.0f : (x != x ? x : s);
}

/// tanh within 4 ulp: Cephes' polynomial near zero, (1 - e^-2x) / (1 + e^-2x) elsewhere.
LATHE_INLINE float tanhFast(float x)
{
    const float a = std::fabs(x);
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    const float near = p * z * x + x;
    const float e = expOfNegative(-(a + a));
    const float far = (1.0f - e) / (1.0f + e);
    return a < 0.625f ? near : (x < 0 ? -far : far);
}

LATHE_INLINE float hardSigmoidFast(float x, float alpha, float beta)
{
    return clampTo(x * alpha + beta, 0.0f, 1.0f);
}

/// The error function within a few units in the last place: Cephes' polynomials, of x below one and of 1/x^2 above.
LATHE_INLINE float erfFast(float x)
{
    const float a = std::fabs(x);
    const float z = x * x;
    float t = 7.853861353153693e-5f;
    t = t * z - 8.010193625184903e-4f;
    t = t * z + 5.188327685732524e-3f;
    t = t * z - 2.685381193529856e-2f;
    t = t * z + 1.128358514861418e-1f;
    t = t * z - 3.761262582423300e-1f;
    t = t * z + 1.128379165726710f;
    const float q = 1.0f / (a < 1.0f ? 1.0f : a);
    const float y = q * q;
    float p = 2.326819970068386e-2f;
    p = p * y - 1.387039388740657e-1f;
    p = p * y + 3.687424674597105e-1f;
    p = p * y - 5.824733027278666e-1f;
    p = p * y + 6.210004621745983e-1f;
    p = p * y - 4.944515323274145e-1f;
    p = p * y + 3.404879937665872e-1f;
    p = p * y - 2.741127028184656e-1f;
    p = p * y + 5.638259427386472e-1f;
    float r = -1.047766399936249e1f;
    r = r * y + 1.297719955372516e1f;
    r = r * y - 7.495518717768503f;
    r = r * y + 2.921019019210786f;
    r = r * y - 1.015265279202700f;
    r = r * y + 4.218463358204948e-1f;
    r = r * y - 2.820767439740514e-1f;
    r = r * y + 5.641895067754075e-1f;
    const float far = 1.0f - expFast(-z) * q * (a < 2.0f ? p : r);
    return a < 1.0f ? x * t : (x < 0 ? -far : far);
}

/// x times the normal distribution at x.
LATHE_INLINE float geluFast(float x)
{
    return 0.5f * x * (1.0f + erfFast(x * 0.707106781f));
}

/// The approximation of it by tanh: x times the logistic function of 2 * sqrt(2 / pi) * (x + 0.044715 x^3).
LATHE_INLINE float geluTanhFast(float x)
{
    return x * sigmoidFast(1.595769122f * (x + 0.044715f * x * x * x));
}

/// The nearest number that float16 holds, ties to even; magnitudes from 65520 on become infinite.
LATHE_INLINE float nearestFloat16(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = bits & 0x80000000u;
    const float magnitude = std::fabs(x);
    // Ten mantissa bits stay; a carry goes into the exponent.
    const float normal = std::bit_cast<float>(((bits ^ sign) + 0xfffu + (bits >> 13 & 1u)) & ~0x1fffu);
    // Below 2^-14 float16 has steps of 2^-24, as float32 has between a half and one.
    const float small = (magnitude + 0.5f) - 0.5f;
    float rounded = magnitude < 0x1p-14f ? small : normal;
    rounded = magnitude >= 65520.0f ? INFINITY : rounded;
    rounded = std::bit_cast<float>(std::bit_cast<std::uint32_t>(rounded) | sign);
    return x != x ? x : rounded;
}

/// The nearest number that bfloat16 holds, ties to even.
LATHE_INLINE float nearestBFloat16(float x)
{
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const float rounded = std::bit_cast<float>((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
    return x != x ? x : rounded;
}

}
