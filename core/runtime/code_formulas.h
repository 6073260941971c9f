// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/numeric/encoding.h"
#include "core/runtime/code_math.h"
#include "core/runtime/vector_math.h"

namespace lathe {

/// The arithmetic of ONNX Runtime's integer kernels besides convolutions and matrix products (those: code_math.h), operation
/// by operation in float32; tests/interop/README.md has the same formulas in words, held against the runtime itself.
/// They exist for 8-bit containers only; other grids are computed as Dequantize, operator, Quantize.

/// A grid of at most 8 bits as it stands in a file: unsigned, so that signed codes are raised by 128. Where a formula adds
/// the zero-point before it rounds, the container's zero-point decides ties.
struct ByteGrid {
    float scale = 1;
    float zero = 0;              ///< zero-point in the container
    float low = 0, high = 0;     ///< codes with the zero-point taken off

    static std::optional<ByteGrid> of(const Encoding* encoding)
    {
        if (!encoding || encoding->perChannel() || !encoding->format.isInteger() || encoding->format.bits > 8)
            return std::nullopt;
        const CodeGrid grid = CodeGrid::of(*encoding);
        return ByteGrid{grid.scale, static_cast<float>(encoding->zeroPoint[0] + (encoding->format.isSigned ? 128 : 0)),
                        grid.low, grid.high};
    }
};

/// Rounds a code that the zero-point is part of, and takes it off again.
LATHE_INLINE float roundedAroundZero(float value, float zero)
{
    return roundSmall(clampTo(value, -4194303.0f, 4194303.0f)) - zero;
}

/// QLinearAdd: both products are fused multiply-adds onto one constant, the second operand first.
struct CodeAdd {
    float ratioA, ratioB, fixed, zeroA, zeroB, zero;

    static CodeAdd of(const ByteGrid& a, const ByteGrid& b, const ByteGrid& y)
    {
        const float ratioA = a.scale / y.scale, ratioB = b.scale / y.scale;
        const float inner = ratioB * b.zero;
        return {ratioA, ratioB, y.zero - std::fma(ratioA, a.zero, inner), a.zero, b.zero, y.zero};
    }
    /// From codes as the container has them; the result's zero-point is part of it.
    LATHE_INLINE float unrounded(float a, float b) const { return std::fma(a, ratioA, std::fma(b, ratioB, fixed)); }
    LATHE_INLINE float operator()(float a, float b) const
    {
        return roundedAroundZero(unrounded(a + zeroA, b + zeroB), zero);
    }
};

/// QLinearMul.
struct CodeMul {
    float multiplier, zeroA, zeroB, zero;

    static CodeMul of(const ByteGrid& a, const ByteGrid& b, const ByteGrid& y)
    {
        return {(a.scale * b.scale) / y.scale, a.zero, b.zero, y.zero};
    }
    /// From codes as the container has them; the result's zero-point is part of it.
    LATHE_INLINE float unrounded(float a, float b) const { return (a - zeroA) * (b - zeroB) * multiplier + zero; }
    LATHE_INLINE float operator()(float a, float b) const { return roundedAroundZero(a * b * multiplier + zero, zero); }
};

/// QLinearGlobalAveragePool: a requantization of the sum of codes.
inline float globalAverageMultiplier(const ByteGrid& x, const ByteGrid& y, std::int64_t count)
{
    return x.scale / (y.scale * static_cast<float>(count));
}

/// QLinearAveragePool: from the mean of real numbers, summed row by row.
struct CodeAverage {
    float scale, zero;

    static CodeAverage of(const ByteGrid& y) { return {y.scale, y.zero}; }
    LATHE_INLINE float operator()(float mean) const { return roundedAroundZero(mean / scale + zero, zero); }
};

/// QLinearSoftmax: exponentials from a table by distance to the largest code; 1/scale is cut to a whole number.
struct CodeSoftmax {
    std::array<float, 256> exponentials{};   ///< by largest code minus code
    float inverse = 0;

    static CodeSoftmax of(const ByteGrid& x, const ByteGrid& y, std::int64_t count)
    {
        CodeSoftmax formula;
        const auto length = static_cast<float>(count);
        const double room = std::log(static_cast<double>(std::numeric_limits<float>::max() / length)) - 5;
        const double shift = std::max(0.0, room) / static_cast<double>(x.scale);
        for (std::size_t i = 0; i < formula.exponentials.size(); ++i)
            formula.exponentials[i] =
                static_cast<float>(std::exp((shift - static_cast<double>(i)) * static_cast<double>(x.scale)));
        formula.inverse = std::floor(1.0f / y.scale);
        return formula;
    }
};

}
