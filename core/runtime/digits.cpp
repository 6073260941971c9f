// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/digits.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

constexpr double kExact = 16777216.0;  // 2^24
constexpr int kMostDigits = 4;

struct Interval {
    double low, high;
};

int baseFor(Interval codes, int digits)
{
    if (digits == 1)
        return 1;
    const double magnitude = std::max(std::fabs(codes.low), std::fabs(codes.high));
    const int bits = static_cast<int>(std::ceil(std::log2(magnitude + 1))) + 1;
    return 1 << ((bits + digits - 1) / digits);
}

/// Where digit `index` of numbers in `codes` lies.
Interval digitInterval(Interval codes, int base, int digits, int index)
{
    if (digits == 1)
        return codes;
    for (int i = 0; i < index; ++i)
        codes = {std::floor(codes.low / base) - 1, std::ceil(codes.high / base) + 1};
    if (index == digits - 1)
        return codes;
    return {-base / 2.0, base / 2.0 - 1};
}

/// The largest magnitude that a partial sum of one channel can take, whatever the order of its terms.
double worstSum(std::span<const float> weights, Interval input)
{
    double positive = 0, negative = 0;
    for (const float w : weights)
        (w > 0 ? positive : negative) += static_cast<double>(std::fabs(w));
    const double high = std::max(input.high, 0.0), low = std::max(-input.low, 0.0);
    return std::max(positive * high + negative * low, positive * low + negative * high);
}

bool fits(std::span<const float> weights, std::int64_t channels, const DigitPlan& plan, Interval input)
{
    std::vector<float> digit(weights.size());
    const std::size_t run = weights.size() / static_cast<std::size_t>(channels);
    for (int w = 0; w < plan.weightDigits; ++w) {
        extractDigit(weights, digit.data(), plan.weightBase, plan.weightDigits, w);
        for (int x = 0; x < plan.inputDigits; ++x) {
            const Interval range = digitInterval(input, plan.inputBase, plan.inputDigits, x);
            for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
                if (worstSum(std::span<const float>(digit).subspan(c * run, run), range) >= kExact)
                    return false;
        }
    }
    return true;
}

struct TakeDigit {
    LATHE_INLINE static void run(const float* codes, float* digits, std::int64_t count, float base, int index, bool last)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            float rest = codes[i];
            for (int k = 0; k < index; ++k)
                rest = std::floor(rest / base + 0.5f);
            digits[i] = last ? rest : rest - std::floor(rest / base + 0.5f) * base;
        }
    }
};

}

void extractDigit(std::span<const float> codes, float* digits, int base, int count, int index)
{
    if (count == 1) {
        std::copy(codes.begin(), codes.end(), digits);
        return;
    }
    simdCall<TakeDigit>(codes.data(), digits, static_cast<std::int64_t>(codes.size()), static_cast<float>(base), index,
                        index == count - 1);
}

DigitPlan planDigits(std::span<const float> weights, std::int64_t channels, float low, float high)
{
    const Interval input{static_cast<double>(low), static_cast<double>(high)};
    double largest = 0;
    for (const float w : weights)
        largest = std::max(largest, static_cast<double>(std::fabs(w)));
    for (int passes = 1; passes <= kMostDigits * kMostDigits; ++passes)
        for (int inputDigits = 1; inputDigits <= kMostDigits; ++inputDigits) {
            const int weightDigits = passes / inputDigits;
            if (weightDigits * inputDigits != passes || weightDigits > kMostDigits)
                continue;
            const DigitPlan plan{inputDigits, baseFor(input, inputDigits), weightDigits,
                                 baseFor({-largest, largest}, weightDigits)};
            if (fits(weights, channels, plan, input))
                return plan;
        }
    throw Error(ErrorCode::internal, "planDigits", {{"what", "sums of products of codes do not fit any number of digits"}});
}

}
