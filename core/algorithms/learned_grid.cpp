// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/learned_grid.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

/// Elements whose sums are formed in float, lane by lane, before they are added up in double.
constexpr std::size_t lanes = 16, blockLength = 1024;

struct PassLoop
{
    LATHE_INLINE static void run(const float* x, float* y, std::size_t count, float scale, float low,
                                 float high)
    {
        LATHE_INDEPENDENT
        for (std::size_t i = 0; i < count; ++i) {
            const float steps = x[i] / scale;
            const float raised = steps > low ? steps : low;
            const float inside = raised < high ? raised : high;
            y[i] = roundSmall(inside) * scale;
        }
    }
};

struct ReverseLoop
{
    /// Sums of the gradients at the scale, below the range and above it, lane by lane.
    struct Sums
    {
        std::array<float, lanes> inside{}, below{}, above{};
    };

    LATHE_INLINE static void run(const float* x, const float* gradient, float* at, std::size_t count,
                                 float scale, float low, float high, Sums* sums)
    {
        for (std::size_t first = 0; first < count; first += lanes) {
            const std::size_t width = std::min(lanes, count - first);
            LATHE_INDEPENDENT
            for (std::size_t lane = 0; lane < width; ++lane) {
                const float g = gradient[first + lane];
                const float steps = x[first + lane] / scale;
                const bool isBelow = steps<low, isAbove = steps> high, isInside = !(isBelow | isAbove);
                const float rounded = roundSmall(steps);
                at[first + lane] = isInside ? g : 0.0F;
                sums->inside[lane] += isInside ? g * (rounded - steps) : 0.0F;
                sums->below[lane] += isBelow ? g : 0.0F;
                sums->above[lane] += isAbove ? g : 0.0F;
            }
        }
    }
};

double total(const std::array<float, lanes>& sums)
{
    double result = 0;
    for (const float sum : sums)
        result += double{sum};
    return result;
}

} // namespace

float LearnedGrid::lowest() const
{
    return static_cast<float>(minimumCode) - std::nearbyint(zeroPoint);
}

float LearnedGrid::highest() const
{
    return static_cast<float>(maximumCode) - std::nearbyint(zeroPoint);
}

void passGrid(const LearnedGrid& grid, std::span<const float> x, std::span<float> y)
{
    simdCall<PassLoop>(x.data(), y.data(), x.size(), grid.scale, grid.lowest(), grid.highest());
}

GridGradient reverseGrid(const LearnedGrid& grid, std::span<const float> x, std::span<const float> gradient,
                         std::span<float> atX)
{
    double inside = 0, below = 0, above = 0;
    for (std::size_t first = 0; first < x.size(); first += blockLength) {
        const std::size_t count = std::min(blockLength, x.size() - first);
        ReverseLoop::Sums sums;
        simdCall<ReverseLoop>(x.data() + first, gradient.data() + first, atX.data() + first, count,
                              grid.scale, grid.lowest(), grid.highest(), &sums);
        inside += total(sums.inside);
        below += total(sums.below);
        above += total(sums.above);
    }
    return {inside + below * double{grid.lowest()} + above * double{grid.highest()},
            -double{grid.scale} * (below + above)};
}

} // namespace lathe
