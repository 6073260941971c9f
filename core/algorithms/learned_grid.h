// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lathe {

/// An integer grid of one scale whose scale and zero-point are being learned (Esser et al., "Learned Step
/// Size Quantization", ICLR 2020; Bhalgat et al., "LSQ+", CVPR Workshops 2020): x becomes
/// clamp(roundHalfEven(x / scale) + zeroPoint, minimumCode, maximumCode) - zeroPoint steps.
struct LearnedGrid
{
    float scale = 1;
    float zeroPoint = 0; ///< real while it is learned; rounded where it is used
    int minimumCode = 0;
    int maximumCode = 0;

    float lowest() const;  ///< in steps from zero
    float highest() const; ///< in steps from zero
};

/// Gradients of a loss at the scale and zero-point of a grid.
struct GridGradient
{
    double scale = 0;
    double zeroPoint = 0;
};

/// The numbers of the grid nearest to `x`. At most 2^22 steps.
void passGrid(const LearnedGrid& grid, std::span<const float> x, std::span<float> y);

/// Given the gradient at y, writes the one at x (straight through inside of the range, 0 outside) and returns
/// those of the grid: inside, the scale gets gradient * (rounded - unrounded steps); outside, the end of the
/// range moves with scale and zero-point.
GridGradient reverseGrid(const LearnedGrid& grid, std::span<const float> x, std::span<const float> gradient,
                         std::span<float> atX);

} // namespace lathe
