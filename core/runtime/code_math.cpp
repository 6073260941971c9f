// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/code_math.h"

#include <algorithm>
#include <limits>

#include "core/numeric/arithmetic.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

/// Codes have at most 17 bits; beyond this bound every value is clipped, and roundSmall is exact within it.
constexpr float kRoundable = 4194303.0f;

LATHE_INLINE float roundedCode(float value)
{
    return roundSmall(clampTo(value != value ? 0.0f : value, -kRoundable, kRoundable));
}

/// Blocks keep the counts of clipped values in 32-bit lanes.
constexpr std::int64_t kBlock = 1 << 20;

template <bool real> struct ToGrid {
    LATHE_INLINE static std::int64_t run(const float* from, float* to, std::int64_t count, float scale, float low,
                                         float high)
    {
        std::int64_t total = 0;
        for (std::int64_t begin = 0; begin < count; begin += kBlock) {
            const std::int64_t end = std::min(begin + kBlock, count);
            std::int32_t clipped = 0;
            LATHE_INDEPENDENT
            for (std::int64_t i = begin; i < end; ++i) {
                const float code = roundedCode(from[i] / scale);
                const float kept = clampTo(code, low, high);
                clipped += kept != code;
                to[i] = real ? kept * scale : kept;
            }
            total += clipped;
        }
        return total;
    }
};

struct Scale {
    LATHE_INLINE static void run(const float* from, float* to, std::int64_t count, float scale)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            to[i] = from[i] * scale;
    }
};

struct Accumulate {
    LATHE_INLINE static void run(const float* part, double* total, std::int64_t count, double weight)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            total[i] += weight * static_cast<double>(part[i]);
    }
};

LATHE_INLINE float biased(float acc, std::int32_t bias)
{
    return static_cast<float>(static_cast<std::int32_t>(acc) + bias);
}

LATHE_INLINE float biased(double acc, std::int32_t bias)
{
    return static_cast<float>(acc + static_cast<double>(bias));
}

/// Limits of a result, and from where on its code counts as clipped.
struct Bounds {
    float low, high, clippedBelow, clippedAbove;
};

/// The value nearest to `code` that rounds beyond it in direction `to`: half a step away, or just more where that tie goes
/// back to an even `code`.
float beyond(float code, float to)
{
    const float half = code + (to > 0 ? 0.5f : -0.5f);
    return std::fmod(code, 2.0f) == 0 ? std::nextafter(half, to) : half;
}

/// Both limits apply, and rounding is monotonic: bounding before rounding gives the same code. What a fused clamp keeps from
/// reaching the grid's end is not clipped.
Bounds boundsOf(const Requantization& how)
{
    constexpr float infinity = std::numeric_limits<float>::infinity();
    if (!how.toCodes)
        return {how.clampLow, how.clampHigh, -infinity, infinity};
    return {std::clamp(how.clampLow, how.low, how.high), std::clamp(how.clampHigh, how.low, how.high),
            how.clampLow < how.low ? beyond(how.low, -infinity) : -infinity,
            how.clampHigh > how.high ? beyond(how.high, infinity) : infinity};
}

LATHE_INLINE float requantized(float value, const Bounds& bounds, std::int32_t& clipped)
{
    clipped += (value <= bounds.clippedBelow) | (value >= bounds.clippedAbove);
    return roundSmall(clampTo(value, bounds.low, bounds.high));
}

template <typename Acc, bool codes> struct RequantizeRows {
    LATHE_INLINE static std::int64_t run(const Acc* acc, float* out, std::int64_t rows, std::int64_t channels,
                                         const float* multiplier, const std::int32_t* bias, Bounds bounds)
    {
        std::int64_t total = 0;
        for (std::int64_t row = 0; row < rows; ++row, acc += channels, out += channels) {
            std::int32_t clipped = 0;
            LATHE_INDEPENDENT
            for (std::int64_t c = 0; c < channels; ++c) {
                const float value = biased(acc[c], bias[c]) * multiplier[c];
                out[c] = codes ? requantized(value, bounds, clipped) : clampTo(value, bounds.low, bounds.high);
            }
            total += clipped;
        }
        return total;
    }
};

template <typename Acc, bool codes> struct RequantizeChannel {
    LATHE_INLINE static std::int64_t run(const Acc* acc, float* out, std::int64_t count, float multiplier,
                                         std::int32_t bias, Bounds bounds)
    {
        std::int64_t total = 0;
        for (std::int64_t begin = 0; begin < count; begin += kBlock) {
            const std::int64_t end = std::min(begin + kBlock, count);
            std::int32_t clipped = 0;
            LATHE_INDEPENDENT
            for (std::int64_t i = begin; i < end; ++i) {
                const float value = biased(acc[i], bias) * multiplier;
                out[i] =
                    codes ? requantized(value, bounds, clipped) : clampTo(value, bounds.low, bounds.high);
            }
            total += clipped;
        }
        return total;
    }
};

template <typename Acc>
std::int64_t requantizeRowsOf(const Acc* acc, float* out, std::int64_t rows, std::int64_t channels,
                              const Requantization& how)
{
    if (how.toCodes)
        return simdCall<RequantizeRows<Acc, true>>(acc, out, rows, channels, how.multiplier.data(), how.bias.data(),
                                                   boundsOf(how));
    return simdCall<RequantizeRows<Acc, false>>(acc, out, rows, channels, how.multiplier.data(), how.bias.data(),
                                                boundsOf(how));
}

template <typename Acc>
std::int64_t requantizeChannelOf(const Acc* acc, float* out, std::int64_t count, std::int64_t channel,
                                 const Requantization& how)
{
    const float multiplier = how.multiplier[static_cast<std::size_t>(channel)];
    const std::int32_t bias = how.bias[static_cast<std::size_t>(channel)];
    if (how.toCodes)
        return simdCall<RequantizeChannel<Acc, true>>(acc, out, count, multiplier, bias, boundsOf(how));
    return simdCall<RequantizeChannel<Acc, false>>(acc, out, count, multiplier, bias, boundsOf(how));
}

}

CodeGrid CodeGrid::of(const Encoding& encoding, std::size_t channel)
{
    const std::int32_t zero = encoding.zeroPoint[channel];
    return {encoding.scale[channel], static_cast<float>(encoding.minimumCode - zero),
            static_cast<float>(encoding.maximumCode - zero)};
}

float clampCode(float limit, float scale)
{
    return std::clamp(roundHalfEven(limit / scale), -kRoundable, kRoundable);
}

std::int64_t realsToCodes(std::span<const float> reals, float* codes, const CodeGrid& grid)
{
    return simdCall<ToGrid<false>>(reals.data(), codes, static_cast<std::int64_t>(reals.size()), grid.scale, grid.low,
                                   grid.high);
}

void codesToReals(std::span<const float> codes, float* reals, float scale)
{
    simdCall<Scale>(codes.data(), reals, static_cast<std::int64_t>(codes.size()), scale);
}

std::int64_t roundToGrid(std::span<float> values, const CodeGrid& grid)
{
    return simdCall<ToGrid<true>>(static_cast<const float*>(values.data()), values.data(),
                                  static_cast<std::int64_t>(values.size()), grid.scale, grid.low, grid.high);
}

std::int64_t roundToGrids(std::span<float> values, const Encoding& encoding, std::int64_t inner)
{
    std::int64_t clipped = 0;
    std::size_t channel = 0;
    const auto step = static_cast<std::size_t>(inner);
    for (std::size_t i = 0; i < values.size(); i += step, channel = (channel + 1) % encoding.channels())
        clipped += roundToGrid(values.subspan(i, step), CodeGrid::of(encoding, channel));
    return clipped;
}

namespace {

struct ToFloat16 {
    LATHE_INLINE static float of(float x) { return nearestFloat16(x); }
};

struct ToBFloat16 {
    LATHE_INLINE static float of(float x) { return nearestBFloat16(x); }
};

/// Returns how many finite values became infinite.
template <typename Nearest> struct RoundHalf {
    LATHE_INLINE static std::int64_t run(float* values, std::int64_t count)
    {
        std::int32_t clipped = 0;
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float value = values[i];
            const float rounded = Nearest::of(value);
            clipped += std::fabs(rounded) == INFINITY && std::fabs(value) < INFINITY;
            values[i] = rounded;
        }
        return clipped;
    }
};

}

std::int64_t roundToHalf(std::span<float> values, NumberFormat::Kind kind)
{
    const auto count = static_cast<std::int64_t>(values.size());
    return kind == NumberFormat::Kind::float16 ? simdCall<RoundHalf<ToFloat16>>(values.data(), count)
                                               : simdCall<RoundHalf<ToBFloat16>>(values.data(), count);
}

std::int64_t requantizeRows(const float* acc, float* out, std::int64_t rows, std::int64_t channels,
                            const Requantization& how)
{
    return requantizeRowsOf(acc, out, rows, channels, how);
}

std::int64_t requantizeRows(const double* acc, float* out, std::int64_t rows, std::int64_t channels,
                            const Requantization& how)
{
    return requantizeRowsOf(acc, out, rows, channels, how);
}

std::int64_t requantizeChannel(const float* acc, float* out, std::int64_t count, std::int64_t channel,
                               const Requantization& how)
{
    return requantizeChannelOf(acc, out, count, channel, how);
}

std::int64_t requantizeChannel(const double* acc, float* out, std::int64_t count, std::int64_t channel,
                               const Requantization& how)
{
    return requantizeChannelOf(acc, out, count, channel, how);
}

void accumulate(std::span<const float> part, double weight, double* total)
{
    simdCall<Accumulate>(part.data(), total, static_cast<std::int64_t>(part.size()), weight);
}

}
