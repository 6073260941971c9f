// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "core/ops/op.h"

namespace lathe {

/// Stands for the storage type T in the visitors below.
template <typename T> struct TypeTag {
    using type = T;
};

/// Calls fn(TypeTag<T>{}) with the storage type of an integer element type; types below 8 bits are stored in 8.
template <typename Fn> decltype(auto) visitInteger(const Node& node, DType type, Fn&& fn)
{
    switch (type) {
    case DType::int2:
    case DType::int4:
    case DType::int8: return fn(TypeTag<std::int8_t>{});
    case DType::int16: return fn(TypeTag<std::int16_t>{});
    case DType::int32: return fn(TypeTag<std::int32_t>{});
    case DType::int64: return fn(TypeTag<std::int64_t>{});
    case DType::uint2:
    case DType::uint4:
    case DType::uint8: return fn(TypeTag<std::uint8_t>{});
    case DType::uint16: return fn(TypeTag<std::uint16_t>{});
    case DType::uint32: return fn(TypeTag<std::uint32_t>{});
    case DType::uint64: return fn(TypeTag<std::uint64_t>{});
    default: failOperator(node, "elements of type " + std::string(dtypeName(type)) + " are not integers");
    }
}

/// Calls fn(TypeTag<T>{}) for float32 and float64. The 16-bit types come here as float32, see viaFloat32.
template <typename Fn> decltype(auto) visitFloat(const Node& node, DType type, Fn&& fn)
{
    switch (type) {
    case DType::float32: return fn(TypeTag<float>{});
    case DType::float64: return fn(TypeTag<double>{});
    default: failOperator(node, "elements of type " + std::string(dtypeName(type)) + " are not supported");
    }
}

/// visitFloat and visitInteger together.
template <typename Fn> decltype(auto) visitNumeric(const Node& node, DType type, Fn&& fn)
{
    return isFloat(type) ? visitFloat(node, type, fn) : visitInteger(node, type, fn);
}

using RunFunction = std::vector<Tensor> (*)(const RunContext&);

/// Runs with float16 and bfloat16 operands widened to float32 and rounds float32 results back to that type.
std::vector<Tensor> runWidened(const RunContext& context, RunFunction run);

/// A reference implementation for float32 and float64 as one that takes the 16-bit types too.
template <RunFunction run> std::vector<Tensor> viaFloat32(const RunContext& context)
{
    return runWidened(context, run);
}

/// Sums of integers wrap as they do on every device; in C++ that needs unsigned arithmetic.
template <typename T> T wrappingAdd(T a, T b)
{
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    else
        return a + b;
}

template <typename T> T wrappingSub(T a, T b)
{
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    else
        return a - b;
}

template <typename T> T wrappingMul(T a, T b)
{
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    else
        return a * b;
}

/// A number as an element: rounded for float types; truncated and saturated for integers, where NaN gives 0.
template <typename T> T toElement(double value)
{
    if constexpr (std::is_integral_v<T>) {
        constexpr auto low = static_cast<double>(std::numeric_limits<T>::lowest());
        constexpr auto high = static_cast<double>(std::numeric_limits<T>::max());
        if (!(value > low))
            return value <= low ? std::numeric_limits<T>::lowest() : T{0};
        return value >= high ? std::numeric_limits<T>::max() : static_cast<T>(value);
    } else {
        return static_cast<T>(value);
    }
}

/// Sums are formed in this type: double for float elements, 64-bit integers otherwise.
template <typename T> using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;

}
