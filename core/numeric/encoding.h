// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/digest.h"
#include "core/numeric/number_format.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// A grid: real = (code - zeroPoint) * scale. `axis` -1: one scale; else one scale and zero-point for each index of that
/// axis. Codes lie in [minimumCode, maximumCode], which may be narrower than the format allows (narrow range -127..127).
/// With `groupSize`, `axis` is cut into groups of that many elements: one scale for each element of the tensor's shape with
/// that axis counted in groups, in row-major order (ONNX's blocked form). Formats with a table have real = table[code] *
/// scale and no zero-points; the table is one for all or, learned, one after the other for each channel.
/// For float16/bfloat16 and dynamic formats scale and zeroPoint are empty: values are rounded to the format.
struct Encoding {
    NumberFormat format;
    int axis = -1;
    std::vector<float> scale;
    std::vector<std::int32_t> zeroPoint;
    int minimumCode = 0;
    int maximumCode = 0;
    int groupSize = 0;
    std::vector<float> table = {};

    bool perChannel() const { return axis >= 0; }
    bool grouped() const { return groupSize > 0; }
    /// Entries of one table.
    std::size_t entries() const;
    std::span<const float> tableOf(std::size_t channel) const;
    /// The real values that a format with a table has in this channel, ascending, each once.
    std::vector<float> levels(std::size_t channel) const;
    std::size_t channels() const { return scale.size(); }
    float lowestReal(std::size_t channel = 0) const;   ///< (minimumCode - zeroPoint) * scale
    float highestReal(std::size_t channel = 0) const;
    void feed(Hasher& hasher) const;
    bool operator==(const Encoding&) const = default;
};

/// No scale is smaller: products and quotients of scales stay normal floats (2^-62 * 2^-62 > 2^-126), and a tensor that
/// is zero everywhere still has a grid.
inline constexpr float smallestScale = 0x1p-62F;

/// Real range to cover; always widened to include 0 before a grid is made of it.
struct Range {
    float low = 0;
    float high = 0;
    bool operator==(const Range&) const = default;
};

/// The grid of `spec` that covers `ranges` (one, or one a channel of `axis`). Asymmetric: scale (high-low)/(levels-1),
/// zero-point roundHalfEven(qmin - low/scale) clamped; symmetric: scale max|x| / qmax with zero-point 0 (signed) or mid
/// (unsigned 2^(bits-1)). `narrow` drops the lowest code of a symmetric signed grid. Scales are computed in double and
/// are at least smallestScale; NaN in a range counts as 0, an infinity as the largest float. With powerOfTwo they are
/// rounded up to the next power of two. 8-bit floats: max|x| over their largest value. Half and dynamic formats take no
/// range. In groups, `axis` is the one that is cut. Throws Error{invalidArgument} for float32 or when the number of ranges does not fit the axis.
Encoding makeEncoding(const QuantSpec& spec, std::span<const Range> ranges, int axis, bool narrow);

/// roundHalfEven(x / scale) + zeroPoint, clamped; the division is one float32 operation. NaN gives the zero-point.
std::int32_t quantizeOne(float value, float scale, std::int32_t zeroPoint, int minimumCode, int maximumCode);

/// Codes of every element, one a container element (Encoding::format.container(), 8-bit storage below 8 bits).
/// Throws Error{shapeMismatch} when the axis does not fit.
Tensor quantize(const Tensor& real, const Encoding& encoding);
/// (code - zeroPoint) * scale in float32.
Tensor dequantize(const Tensor& codes, const Encoding& encoding);
/// dequantize(quantize(x)) without the codes; for float16/bfloat16 rounds to the format.
Tensor fakeQuantize(const Tensor& real, const Encoding& encoding);
/// In place on one block with one scale; the hot loop of literal execution. Returns how many values were clipped
/// (their nearest code lies outside the grid; for half formats: finite values that became infinite; for tables: values
/// beyond the outer entries). A dynamic format takes its grid from the values.
std::int64_t fakeQuantizeBlock(std::span<float> values, const Encoding& encoding, std::size_t channel);

/// The smallest power of two that is at least `scale`.
float powerOfTwoAbove(float scale);

/// The uint8 grid over the range of the values and 0, as ONNX's DynamicQuantizeLinear makes it in float32.
Encoding dynamicEncoding(std::span<const float> values);

}  // namespace lathe
