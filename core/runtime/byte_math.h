// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace lathe {

/// Loops over codes in bytes. Unlike code_math.h they are codes as a file has them: the zero-point is part of
/// them.

/// What happens to the int32 sums of each channel.
struct ByteRequantization
{
    std::span<const float> multiplier; ///< one a channel
    std::span<const std::int32_t> bias;
    std::int32_t zero = 0;
    std::int32_t low = 0, high = 255; ///< codes that the result may take
};

/// Rows of sums, a channel an element: clamp(roundHalfEven(float(sum + bias) * multiplier) + zero).
void requantizeToBytes(const std::int32_t* sums, std::uint8_t* out, std::int64_t rows,
                       const ByteRequantization& how);
/// The same without rounding: float(sum + bias) * multiplier.
void requantizeToReals(const std::int32_t* sums, float* out, std::int64_t rows,
                       const ByteRequantization& how);

/// A grid on which bytes are held.
struct ByteCodes
{
    float scale = 1;
    std::int32_t zero = 0;
    std::int32_t low = 0, high = 255;
};

/// clamp(roundHalfEven(real / scale) + zero); NaN gives the zero-point.
void realsToBytes(const float* reals, std::uint8_t* out, std::int64_t count, const ByteCodes& grid);
/// (code - zero) * scale.
void bytesToReals(const std::uint8_t* codes, float* out, std::int64_t count, const ByteCodes& grid);
/// code - zero: what code_math.h calls a code.
void bytesToCentred(const std::uint8_t* codes, float* out, std::int64_t count, std::int32_t zero);
/// The way back, for codes within the grid.
void centredToBytes(const float* centred, std::uint8_t* out, std::int64_t count, std::int32_t zero);
/// out[i] = table[codes[i]].
void lookUpBytes(const std::uint8_t* codes, std::uint8_t* out, std::int64_t count, const std::uint8_t* table);

}
