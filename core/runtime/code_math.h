// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/numeric/encoding.h"

namespace lathe {

/// Codes at run time are integer-valued floats with the zero-point taken off (q - z): zero is zero, sums of products are
/// exact integers, and a real number is code * scale.

/// An encoding's numbers as the loops want them.
struct CodeGrid {
    float scale = 1;
    float low = 0;   ///< minimumCode - zeroPoint
    float high = 0;

    static CodeGrid of(const Encoding& encoding, std::size_t channel = 0);
    bool operator==(const CodeGrid&) const = default;
};

/// codes[i] = clamp(roundHalfEven(reals[i] / scale)); NaN gives 0. Returns how many were clipped. In place is allowed.
std::int64_t realsToCodes(std::span<const float> reals, float* codes, const CodeGrid& grid);
/// reals[i] = codes[i] * scale.
void codesToReals(std::span<const float> codes, float* reals, float scale);
/// A limit of a fused clamp in codes: rounding is monotonic, so clamping codes equals clamping before they are rounded.
float clampCode(float limit, float scale);
/// realsToCodes followed by codesToReals: what a Quantize/Dequantize pair does to the values.
std::int64_t roundToGrid(std::span<float> values, const CodeGrid& grid);
/// As roundToGrid with a grid a channel; `inner` elements of one channel lie side by side, channels repeat.
std::int64_t roundToGrids(std::span<float> values, const Encoding& encoding, std::int64_t inner);
/// Rounds to float16 or bfloat16 precision; returns how many finite values became infinite.
std::int64_t roundToHalf(std::span<float> values, NumberFormat::Kind kind);

/// What a requantization does to the accumulators of each output channel.
struct Requantization {
    std::span<const float> multiplier;    ///< (sx * sw) / sy for codes, sx * sw for real results; one a channel
    std::span<const std::int32_t> bias;   ///< added to the accumulator
    bool toCodes = true;
    float clampLow = 0;                   ///< a fused Relu/Clip: in codes, or in reals
    float clampHigh = 0;
    float low = 0;                        ///< range of the codes
    float high = 0;
};

/// Rows of accumulators, a channel an element: float(acc + bias) * multiplier, rounded half to even and clamped where the
/// result is codes. `acc` holds integers below 2^24 in magnitude. Returns how many codes were clipped (a fused clamp does
/// not count). In place is allowed.
std::int64_t requantizeRows(const float* acc, float* out, std::int64_t rows, std::int64_t channels,
                            const Requantization& how);
/// The same for accumulators of any size below 2^52.
std::int64_t requantizeRows(const double* acc, float* out, std::int64_t rows, std::int64_t channels,
                            const Requantization& how);
/// `count` accumulators of one channel.
std::int64_t requantizeChannel(const float* acc, float* out, std::int64_t count, std::int64_t channel,
                               const Requantization& how);
std::int64_t requantizeChannel(const double* acc, float* out, std::int64_t count, std::int64_t channel,
                               const Requantization& how);

/// total[i] += weight * part[i].
void accumulate(std::span<const float> part, double weight, double* total);

}
