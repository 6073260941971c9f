// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/runtime/code_math.h"

namespace lathe {

/// Sums of products of codes in float are exact while every partial sum stays below 2^24. Where they may not, codes are
/// written with digits, x = sum of digit[i] * base^i, each pair of digit planes is summed on its own, and the parts are
/// put together in double, which holds 53 bits.
struct DigitPlan {
    int inputDigits = 1;
    int inputBase = 1;
    int weightDigits = 1;
    int weightBase = 1;

    int passes() const { return inputDigits * weightDigits; }
};

/// The cheapest plan under which no partial sum of any output channel can reach 2^24. `weights`: codes, `channels` runs of
/// the same length, each the weights that meet in one sum. Inputs lie in [low, high].
DigitPlan planDigits(std::span<const float> weights, std::int64_t channels, float low, float high);

/// Digit `index` of every code, balanced: in [-base/2, base/2 - 1] but for the last digit, which takes the rest.
void extractDigit(std::span<const float> codes, float* digits, int base, int count, int index);

}
