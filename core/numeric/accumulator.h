// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace lathe {

/// What a sum of products can come to. Codes have the zero-point taken off.
struct SumRange
{
    std::int64_t low = 0;
    std::int64_t high = 0;

    /// The largest magnitude.
    std::int64_t magnitude() const { return std::max(-low, high); }
    bool fitsInt32() const { return low >= INT32_MIN && high <= INT32_MAX; }
    bool operator==(const SumRange&) const = default;
};

/// The exact extremes of sum(w * x) when every x takes any code of [low, high] on its own.
template <typename Weight>
SumRange sumRange(std::span<const Weight> weights, std::int64_t low, std::int64_t high)
{
    SumRange range;
    for (const Weight weight : weights) {
        const std::int64_t first = static_cast<std::int64_t>(weight) * low,
                           second = static_cast<std::int64_t>(weight) * high;
        range.low += std::min(first, second);
        range.high += std::max(first, second);
    }
    return range;
}

}
