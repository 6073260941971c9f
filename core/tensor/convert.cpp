// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/tensor/dispatch.h"
#include "core/tensor/float8.h"
#include "core/tensor/tensor.h"

namespace lathe {

namespace {

template <typename T>
constexpr bool isHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

/// Rounds to float32 so that rounding again to 16 bits gives what rounding once would have (round to odd:
/// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
float roundedToOdd(double value)
{
    const float nearest = static_cast<float>(value);
    if (std::isnan(value) || static_cast<double>(nearest) == value)
        return nearest;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest);
    if (bits & 1u)
        return nearest;
    const bool below = std::fabs(static_cast<double>(nearest)) < std::fabs(value);
    return std::bit_cast<float>(below ? bits + 1 : bits - 1);
}

/// Truncated towards zero, saturating to [low, high]; NaN gives 0.
template <typename Integer>
Integer truncated(double value, Integer low, Integer high)
{
    if (std::isnan(value))
        return 0;
    const double whole = std::trunc(value);
    if (whole <= static_cast<double>(low))
        return low;
    if (whole >= static_cast<double>(high))
        return high;
    return static_cast<Integer>(whole);
}

/// The low `bits` bits of `value`, sign-extended for signed types.
template <typename Integer, typename From>
Integer wrapped(From value, int bits)
{
    using Unsigned = std::make_unsigned_t<Integer>;
    const int unused = std::numeric_limits<Unsigned>::digits - bits;
    const auto shifted = static_cast<Unsigned>(static_cast<Unsigned>(value) << unused);
    return static_cast<Integer>(static_cast<Integer>(shifted) >> unused);
}

template <typename To, typename From>
To convertedValue(From value, DType type)
{
    if constexpr (isHalf<From>) {
        return convertedValue<To>(toFloat(value), type);
    } else if constexpr (std::is_same_v<To, bool>) {
        return value != From{};
    } else if constexpr (std::is_same_v<To, Float16>) {
        return toFloat16(std::is_same_v<From, float> ? static_cast<float>(value)
                                                     : roundedToOdd(static_cast<double>(value)));
    } else if constexpr (std::is_same_v<To, BFloat16>) {
        return toBFloat16(std::is_same_v<From, float> ? static_cast<float>(value)
                                                      : roundedToOdd(static_cast<double>(value)));
    } else if constexpr (std::is_floating_point_v<To>) {
        return static_cast<To>(value);
    } else if constexpr (std::is_floating_point_v<From>) {
        const int shift = std::numeric_limits<std::make_unsigned_t<To>>::digits - dtypeBits(type);
        return truncated<To>(static_cast<double>(value),
                             static_cast<To>(std::numeric_limits<To>::min() >> shift),
                             static_cast<To>(std::numeric_limits<To>::max() >> shift));
    } else {
        return wrapped<To>(value, dtypeBits(type));
    }
}

/// 8-bit floats as float32.
Tensor widened(const Tensor& tensor)
{
    Tensor result(DType::float32, tensor.shape());
    const auto target = result.mutableData<float>();
    for (std::size_t i = 0; i < target.size(); ++i)
        target[i] = fromFloat8(std::to_integer<std::uint8_t>(tensor.bytes()[i]), tensor.dtype());
    return result;
}

} // namespace

Tensor roundedToFloat8(const Tensor& tensor, DType type, bool saturate)
{
    const Tensor real = tensor.converted(DType::float64);
    Tensor result(type, tensor.shape());
    const auto source = real.data<double>();
    const auto target = result.mutableBytes();
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = std::byte{toFloat8(source[i], type, saturate)};
    return result;
}

Tensor Tensor::converted(DType type) const
{
    if (type == m_type)
        return *this;
    if (isFloat8(m_type))
        return widened(*this).converted(type);
    if (isFloat8(type))
        return roundedToFloat8(*this, type, true);
    Tensor result(type, m_shape);
    withStorageType(m_type, [&]<typename From>() {
        withStorageType(type, [&]<typename To>() {
            const auto* source = reinterpret_cast<const From*>(m_bytes);
            auto* target = reinterpret_cast<To*>(result.mutableBytes().data());
            for (std::int64_t i = 0; i < m_elements; ++i)
                target[i] = convertedValue<To>(source[i], type);
        });
    });
    return result;
}

} // namespace lathe
