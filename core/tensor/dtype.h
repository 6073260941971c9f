// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace lathe {

/// Element types. Types below 8 bits are stored one element a byte in memory (packing is a file matter).
enum class DType : std::uint8_t {
    undefined, float32, float64, float16, bfloat16,
    int2, int4, int8, int16, int32, int64,
    uint2, uint4, uint8, uint16, uint32, uint64,
    boolean, string,
    float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz,
};

/// "float32", "int4", "bool" ...
std::string_view dtypeName(DType type);
/// Throws Error{invalidArgument} for an unknown name.
DType parseDType(std::string_view name);
/// Bytes of one element in memory; 0 for string and undefined.
int dtypeSize(DType type);
/// Bits of one element in a packed file.
int dtypeBits(DType type);
bool isFloat(DType type);
bool isInteger(DType type);  ///< signed or unsigned, not boolean
bool isSigned(DType type);
/// One of the 8-bit floats: stored, moved, and converted to and from, but never computed with, so not isFloat().
bool isFloat8(DType type);

/// 16-bit storage types; arithmetic is done in float32.
struct Float16 { std::uint16_t bits = 0; };
struct BFloat16 { std::uint16_t bits = 0; };

float toFloat(Float16 value);
float toFloat(BFloat16 value);
/// Round to nearest, ties to even; overflow gives infinity.
Float16 toFloat16(float value);
BFloat16 toBFloat16(float value);

template <typename T> struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = DType::float32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::float64; };
template <> struct DTypeOf<Float16> { static constexpr DType value = DType::float16; };
template <> struct DTypeOf<BFloat16> { static constexpr DType value = DType::bfloat16; };
template <> struct DTypeOf<std::int8_t> { static constexpr DType value = DType::int8; };
template <> struct DTypeOf<std::int16_t> { static constexpr DType value = DType::int16; };
template <> struct DTypeOf<std::int32_t> { static constexpr DType value = DType::int32; };
template <> struct DTypeOf<std::int64_t> { static constexpr DType value = DType::int64; };
template <> struct DTypeOf<std::uint8_t> { static constexpr DType value = DType::uint8; };
template <> struct DTypeOf<std::uint16_t> { static constexpr DType value = DType::uint16; };
template <> struct DTypeOf<std::uint32_t> { static constexpr DType value = DType::uint32; };
template <> struct DTypeOf<std::uint64_t> { static constexpr DType value = DType::uint64; };
template <> struct DTypeOf<bool> { static constexpr DType value = DType::boolean; };

}  // namespace lathe
