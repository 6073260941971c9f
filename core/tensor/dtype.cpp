// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/dtype.h"

#include <array>
#include <bit>
#include <string>

#include "core/base/error.h"

namespace lathe {

namespace {

struct DTypeInfo
{
    std::string_view name;
    int size;
    int bits;
    enum class Class
    {
        other,
        real,
        signedInteger,
        unsignedInteger
    } kind;
};

using Class = DTypeInfo::Class;

/// In the order of DType.
constexpr std::array kInfos{
    DTypeInfo{"undefined", 0, 0, Class::other},
    DTypeInfo{"float32", 4, 32, Class::real},
    DTypeInfo{"float64", 8, 64, Class::real},
    DTypeInfo{"float16", 2, 16, Class::real},
    DTypeInfo{"bfloat16", 2, 16, Class::real},
    DTypeInfo{"int2", 1, 2, Class::signedInteger},
    DTypeInfo{"int4", 1, 4, Class::signedInteger},
    DTypeInfo{"int8", 1, 8, Class::signedInteger},
    DTypeInfo{"int16", 2, 16, Class::signedInteger},
    DTypeInfo{"int32", 4, 32, Class::signedInteger},
    DTypeInfo{"int64", 8, 64, Class::signedInteger},
    DTypeInfo{"uint2", 1, 2, Class::unsignedInteger},
    DTypeInfo{"uint4", 1, 4, Class::unsignedInteger},
    DTypeInfo{"uint8", 1, 8, Class::unsignedInteger},
    DTypeInfo{"uint16", 2, 16, Class::unsignedInteger},
    DTypeInfo{"uint32", 4, 32, Class::unsignedInteger},
    DTypeInfo{"uint64", 8, 64, Class::unsignedInteger},
    DTypeInfo{"bool", 1, 8, Class::other},
    DTypeInfo{"string", 0, 0, Class::other},
    DTypeInfo{"float8e4m3fn", 1, 8, Class::other},
    DTypeInfo{"float8e4m3fnuz", 1, 8, Class::other},
    DTypeInfo{"float8e5m2", 1, 8, Class::other},
    DTypeInfo{"float8e5m2fnuz", 1, 8, Class::other},
};
static_assert(kInfos.size() == static_cast<std::size_t>(DType::float8e5m2fnuz) + 1);

const DTypeInfo& infoOf(DType type)
{
    return kInfos[static_cast<std::size_t>(type)];
}

/// `bits` without its lowest `dropped` bits, rounded to nearest, ties to even.
constexpr std::uint32_t roundedShift(std::uint32_t bits, int dropped)
{
    const std::uint32_t half = 1u << (dropped - 1);
    const std::uint32_t odd = (bits >> dropped) & 1u;
    return (bits + half - 1 + odd) >> dropped;
}

} // namespace

std::string_view dtypeName(DType type)
{
    return infoOf(type).name;
}

DType parseDType(std::string_view name)
{
    for (std::size_t i = 1; i < kInfos.size(); ++i)
        if (kInfos[i].name == name)
            return static_cast<DType>(i);
    throw Error(ErrorCode::invalidArgument, "",
                {{"what", "\"" + std::string(name) + "\" is not an element type."}});
}

int dtypeSize(DType type)
{
    return infoOf(type).size;
}
int dtypeBits(DType type)
{
    return infoOf(type).bits;
}
bool isFloat(DType type)
{
    return infoOf(type).kind == Class::real;
}
bool isFloat8(DType type)
{
    return type >= DType::float8e4m3fn;
}
bool isSigned(DType type)
{
    return isFloat(type) || infoOf(type).kind == Class::signedInteger;
}
bool isInteger(DType type)
{
    return infoOf(type).kind == Class::signedInteger || infoOf(type).kind == Class::unsignedInteger;
}

float toFloat(Float16 value)
{
    const std::uint32_t sign = (value.bits & 0x8000u) << 16;
    const std::uint32_t exponent = (value.bits >> 10) & 0x1fu;
    const std::uint32_t mantissa = value.bits & 0x3ffu;
    if (exponent == 31)
        return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
    if (exponent > 0)
        return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
}

float toFloat(BFloat16 value)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

Float16 toFloat16(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000u) {
        half = 0x7e00u | ((magnitude >> 13) & 0x3ffu); // a NaN stays a (quiet) NaN
    } else if (magnitude >= 0x477ff000u) {
        half = 0x7c00u; // 65520 and more round to infinity
    } else if (magnitude >= 0x38800000u) {
        half = roundedShift(magnitude - (112u << 23), 13);
    } else if (magnitude >= 0x33000000u) {
        const int dropped = 126 - static_cast<int>(magnitude >> 23);
        half = roundedShift((magnitude & 0x7fffffu) | 0x800000u, dropped);
    }
    return Float16{static_cast<std::uint16_t>(sign | half)};
}

BFloat16 toBFloat16(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return BFloat16{static_cast<std::uint16_t>((bits >> 16) | 0x40u)};
    const std::uint32_t magnitude = roundedShift(bits & 0x7fffffffu, 16);
    return BFloat16{static_cast<std::uint16_t>(((bits >> 16) & 0x8000u) | magnitude)};
}

} // namespace lathe
