// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/control.h"

namespace lathe {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The grid of one row of weights: real = step * scale, steps from lowest to highest (codes less the zero-point).
struct RowGrid
{
    double scale = 1;
    double scaleFloor = 0;   ///< no smaller scale: the bias would not fit
    int lowest = 0;
    int highest = 0;

    /// The nearest step, halves to even.
    int nearest(double value) const;
};

/// The weights of one group of a layer, to be put on grids so that the layer's output changes least: minimise for every
/// row the error (target - real)' H (target - real). What the steps hold at first is the answer to beat.
struct RoundingProblem
{
    RowMatrix target;                 ///< rows x depth
    RowMatrix second;                 ///< H, depth x depth: second moment of the input, damped
    std::vector<RowGrid> grids;       ///< by row
    std::vector<int> steps;           ///< rows x depth
    bool ownScales = false;           ///< each row has a scale of its own, which may be changed
    int workers = 1;

    Eigen::Index rows() const { return target.rows(); }
    Eigen::Index depth() const { return target.cols(); }
    std::span<int> row(Eigen::Index index);
    /// The error of a row for any steps and scale.
    double error(Eigen::Index row, std::span<const int> steps, double scale) const;
    double error(Eigen::Index row) const;
    /// Sum over the rows; of `reference` = 0 steps: what the layer's output amounts to.
    double totalError() const;
    double totalSignal() const;
    /// Puts nearest steps into `steps`.
    void roundNearest(Eigen::Index row, double scale, std::span<int> into) const;
};

/// Improves the steps (and, where allowed, scales) of a problem; never makes a row worse.
using RoundingSolver = std::function<void(RoundingProblem& problem, const Control& control)>;

/// Takes steps, and their scale, into the row if their error is smaller.
bool takeIfBetter(RoundingProblem& problem, Eigen::Index row, std::span<const int> steps, double scale, double& error);

/// Changes single steps by one, the best first, until none helps: each change lowers the row's error exactly.
/// Stays within `reach` steps of where it began.
void descend(const RoundingProblem& problem, Eigen::Index row, double scale, std::span<int> steps, int reach);

} // namespace lathe
