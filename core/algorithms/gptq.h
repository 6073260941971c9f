// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/algorithms/rounding_problem.h"

namespace lathe {

struct GptqOptions
{
    bool largestFirst = true;   ///< columns in the order of falling input power
    int scales = 10;            ///< scales tried besides the present one, where rows have their own
};

/// GPTQ on one problem; a row takes the outcome only where its error is smaller.
void solveGptq(RoundingProblem& problem, const GptqOptions& options, const Control& control);

/// The present scale of a row and, where it may change, `count` others around it that stay above its floor.
std::vector<double> scaleCandidates(const RoundingProblem& problem, Eigen::Index row, int count);

} // namespace lathe
