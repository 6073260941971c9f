// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/rounding_problem.h"

#include <algorithm>
#include <cmath>

namespace lathe {

int RowGrid::nearest(double value) const
{
    const double step = std::nearbyint(value / scale);
    return static_cast<int>(std::clamp(step, static_cast<double>(lowest), static_cast<double>(highest)));
}

std::span<int> RoundingProblem::row(Eigen::Index index)
{
    return {steps.data() + index * depth(), static_cast<std::size_t>(depth())};
}

double RoundingProblem::error(Eigen::Index row, std::span<const int> values, double scale) const
{
    Eigen::VectorXd difference = target.row(row);
    for (Eigen::Index k = 0; k < depth(); ++k)
        difference[k] -= values[static_cast<std::size_t>(k)] * scale;
    return difference.dot(second * difference);
}

double RoundingProblem::error(Eigen::Index row) const
{
    return error(row, {steps.data() + row * depth(), static_cast<std::size_t>(depth())},
                 grids[static_cast<std::size_t>(row)].scale);
}

double RoundingProblem::totalError() const
{
    double sum = 0;
    for (Eigen::Index row = 0; row < rows(); ++row)
        sum += error(row);
    return sum;
}

double RoundingProblem::totalSignal() const
{
    double sum = 0;
    const std::vector<int> none(static_cast<std::size_t>(depth()), 0);
    for (Eigen::Index row = 0; row < rows(); ++row)
        sum += error(row, none, 1);
    return sum;
}

void RoundingProblem::roundNearest(Eigen::Index row, double scale, std::span<int> into) const
{
    RowGrid grid = grids[static_cast<std::size_t>(row)];
    grid.scale = scale;
    for (Eigen::Index k = 0; k < depth(); ++k)
        into[static_cast<std::size_t>(k)] = grid.nearest(target(row, k));
}

bool takeIfBetter(RoundingProblem& problem, Eigen::Index row, std::span<const int> steps, double scale, double& error)
{
    const double other = problem.error(row, steps, scale);
    if (!(other < error))
        return false;
    error = other;
    std::copy(steps.begin(), steps.end(), problem.row(row).begin());
    problem.grids[static_cast<std::size_t>(row)].scale = scale;
    return true;
}

void descend(const RoundingProblem& problem, Eigen::Index row, double scale, std::span<int> steps, int reach)
{
    const Eigen::Index depth = problem.depth();
    const RowGrid& grid = problem.grids[static_cast<std::size_t>(row)];
    const std::vector<int> start(steps.begin(), steps.end());
    Eigen::VectorXd difference = problem.target.row(row);
    for (Eigen::Index k = 0; k < depth; ++k)
        difference[k] -= steps[static_cast<std::size_t>(k)] * scale;
    Eigen::VectorXd slope = problem.second * difference;
    // Every change lowers the error, so this ends; the bound keeps a large row from taking for ever.
    for (Eigen::Index change = 0; change < 4 * depth; ++change) {
        double best = 0;
        Eigen::Index place = -1;
        int direction = 0;
        for (Eigen::Index k = 0; k < depth; ++k) {
            const int step = steps[static_cast<std::size_t>(k)];
            const int up = slope[k] > 0 ? 1 : -1;
            const bool inside = step + up >= grid.lowest && step + up <= grid.highest &&
                                std::abs(step + up - start[static_cast<std::size_t>(k)]) <= reach;
            const double gain = 2 * scale * std::abs(slope[k]) - scale * scale * problem.second(k, k);
            if (inside && gain > best) {
                best = gain;
                place = k;
                direction = up;
            }
        }
        if (place < 0 || best <= 1e-12 * std::abs(difference.dot(slope)))
            return;
        steps[static_cast<std::size_t>(place)] += direction;
        difference[place] -= direction * scale;
        slope -= direction * scale * problem.second.row(place).transpose();
    }
}

} // namespace lathe
