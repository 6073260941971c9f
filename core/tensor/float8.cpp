// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/float8.h"

#include <cmath>
#include <limits>

namespace lathe {

namespace {

/// Micikevicius et al., "FP8 formats for deep learning", 2022 (E4M3FN, E5M2); Noune et al., "8-bit numerical formats for
/// deep neural networks", 2022 (the forms with one zero, FNUZ).
struct Format
{
    int mantissaBits;
    int bias;
    std::uint8_t largest; ///< code of the largest number, without sign
    std::uint8_t nan;
    bool hasInfinity;
    bool hasNegativeZero;
};

Format formatOf(DType type)
{
    switch (type) {
    case DType::float8e4m3fn:
        return {3, 7, 0x7e, 0x7f, false, true};
    case DType::float8e4m3fnuz:
        return {3, 8, 0x7f, 0x80, false, false};
    case DType::float8e5m2:
        return {2, 15, 0x7b, 0x7f, true, true};
    default:
        return {2, 16, 0x7f, 0x80, false, false};
    }
}

constexpr std::uint8_t signBit = 0x80, infinityCode = 0x7c;

/// The code of a finite magnitude; larger than any code where it is beyond the format.
std::int64_t roundedCode(double magnitude, const Format& format)
{
    if (magnitude == 0)
        return 0;
    const int exponent = std::max(std::ilogb(magnitude), 1 - format.bias);
    if (exponent > 64)
        return std::numeric_limits<std::int64_t>::max();
    // Scaling by a power of two is exact, so this is the only rounding. A carry runs into the exponent by itself.
    const auto units = static_cast<std::int64_t>(std::nearbyint(std::ldexp(magnitude, format.mantissaBits - exponent)));
    return units + (static_cast<std::int64_t>(exponent + format.bias - 1) << format.mantissaBits);
}

} // namespace

float fromFloat8(std::uint8_t bits, DType type)
{
    const Format format = formatOf(type);
    const int code = bits & ~signBit;
    const float sign = (bits & signBit) != 0 ? -1.0f : 1.0f;
    if (format.hasInfinity && code == infinityCode)
        return sign * std::numeric_limits<float>::infinity();
    if (format.hasNegativeZero ? code > format.largest : bits == format.nan)
        return std::numeric_limits<float>::quiet_NaN();
    const int exponent = code >> format.mantissaBits, mantissa = code & ((1 << format.mantissaBits) - 1);
    const int whole = exponent == 0 ? mantissa : mantissa | (1 << format.mantissaBits);
    return sign * std::ldexp(static_cast<float>(whole), std::max(exponent, 1) - format.bias - format.mantissaBits);
}

std::uint8_t toFloat8(double value, DType type, bool saturate)
{
    const Format format = formatOf(type);
    const std::uint8_t sign = std::signbit(value) ? signBit : 0;
    const auto signedCode = [sign](std::uint8_t code) { return static_cast<std::uint8_t>(code | sign); };
    if (std::isnan(value))
        return format.hasNegativeZero ? signedCode(format.nan) : format.nan;
    const std::int64_t code = std::isinf(value) ? std::numeric_limits<std::int64_t>::max()
                                                : roundedCode(std::abs(value), format);
    if (code == 0)
        return format.hasNegativeZero ? sign : 0;
    if (code <= format.largest)
        return signedCode(static_cast<std::uint8_t>(code));
    if (saturate)
        return signedCode(format.largest);
    if (format.hasInfinity)
        return signedCode(infinityCode);
    return format.hasNegativeZero ? signedCode(format.nan) : format.nan;
}

} // namespace lathe
