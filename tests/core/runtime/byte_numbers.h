// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <random>
#include <vector>

#include "core/runtime/byte_math.h"

namespace lathe::test {

template <typename T>
std::vector<T> uniform(std::mt19937& generator, std::int64_t count, int low, int high)
{
    std::uniform_int_distribution<int> any(low, high);
    std::vector<T> made;
    for (std::int64_t i = 0; i < count; ++i)
        made.push_back(static_cast<T>(any(generator)));
    return made;
}

/// What sums of bytes are requantized with.
struct RequantizationNumbers
{
    std::vector<float> multiplier;
    std::vector<std::int32_t> bias;
    std::int32_t zero = 0, low = 0, high = 255;

    void draw(std::mt19937& generator, std::int64_t channels, unsigned seed)
    {
        bias = uniform<std::int32_t>(generator, channels, -30000, 30000);
        for (const int parts : uniform<int>(generator, channels, 1, 12))
            multiplier.push_back(static_cast<float>(parts) / 1024.0F);
        zero = static_cast<std::int32_t>(seed * 91 % 256);
        low = static_cast<std::int32_t>(seed * 13 % 40);
        high = 255 - static_cast<std::int32_t>(seed * 7 % 30);
    }

    ByteRequantization how() const { return {multiplier, bias, zero, low, high}; }
};

}
