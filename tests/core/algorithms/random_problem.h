// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "core/algorithms/rounding_problem.h"

namespace lathe::test {

/// Weights and correlated inputs, seeded; steps start at the nearest ones.
inline RoundingProblem randomProblem(unsigned seed, Eigen::Index rows, Eigen::Index depth, int bits = 4)
{
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal(0, 1);
    RoundingProblem problem;
    problem.target = RowMatrix::NullaryExpr(rows, depth, [&] { return normal(generator); });
    RowMatrix inputs = RowMatrix::NullaryExpr(3 * depth, depth, [&] { return normal(generator); });
    for (Eigen::Index i = 0; i < inputs.rows(); ++i)
        inputs.row(i).array() += 1.5 * normal(generator); // what makes neighbours alike
    problem.second = inputs.transpose() * inputs / static_cast<double>(inputs.rows());
    problem.second.diagonal().array() += 0.01;
    for (Eigen::Index row = 0; row < rows; ++row) {
        const double largest = problem.target.row(row).cwiseAbs().maxCoeff();
        const int highest = (1 << (bits - 1)) - 1;
        problem.grids.push_back({double{static_cast<float>(largest / highest)}, 0, -highest - 1, highest});
        for (Eigen::Index k = 0; k < depth; ++k)
            problem.steps.push_back(problem.grids.back().nearest(problem.target(row, k)));
    }
    return problem;
}

} // namespace lathe::test
