// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/rounding_problem.h"
#include "core/calibration/input_moments.h"

namespace lathe {

/// How one group of a layer's inputs z, as the quantized layers before give them, differs from the float
/// model's x.
struct InputChange
{
    RowMatrix second; ///< E[z z'], depth x depth
    RowMatrix change; ///< E[(x - z) z']
    double noise = 0; ///< what summing products in float leaves of second
};

/// From the moments of another run; `centred`: of what is left beside the means.
InputChange inputChange(const InputMoments& moments, std::int64_t group, bool centred);

/// What summing products in float leaves, in parts of the trace of the moments: all that is known of inputs
/// that hardly change, once the square of their mean is taken off.
constexpr double summationNoise = 1e-6;

/// Adds a part of the mean of the diagonal to it. Inputs that are always 0 get that much too, so that their
/// weights are rounded to nearest.
void dampen(RowMatrix& second, double part);

/// W x is best matched by (W + D) z with D = W E[(x - z) z'] E[z z']^-1; more `pull` keeps D smaller.
RowMatrix targetMove(const RowMatrix& weights, InputChange input, double pull, const Control& control);

/// The pull with which moves that one half of the samples asks for do best in the other half, all groups of
/// the layer together, on at most 64 rows. `weights`: rows x depth.
double chosenPull(const std::vector<double>& weights, const InputMoments& first, const InputMoments& second,
                  std::int64_t rowsPerGroup, bool centred, const Control& control);

} // namespace lathe
