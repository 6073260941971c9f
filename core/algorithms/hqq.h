// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lathe {

struct HqqOptions
{
    double norm = 0.7; ///< p of the error's p-norm; below 1, few large errors count for little
    int iterations = 20;
};

/// The grid of the weights that share one scale: real = (code - zero) * scale.
struct SharedGrid
{
    double scale = 1;
    int zero = 0;
    int lowest = 0; ///< codes
    int highest = 0;
    double scaleFloor = 0;  ///< no smaller scale: the bias would not fit
    bool movesZero = false; ///< an asymmetric grid, whose zero-point may change

    int codeOf(double value) const;
    double realOf(int code) const { return (code - zero) * scale; }
};

/// Sum of |w - real of its code|^p.
double normError(std::span<const float> weights, const SharedGrid& grid, double norm);

/// Fits scale and zero-point to the weights in the p-norm, by half-quadratic splitting: errors e that may be
/// large are taken out by a shrinkage, and the grid is fitted to w - e by least squares. Never worse than the
/// grid given.
SharedGrid solveHqq(std::span<const float> weights, const SharedGrid& grid, const HqqOptions& options);

} // namespace lathe
