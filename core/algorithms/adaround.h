// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/rounding_problem.h"

namespace lathe {

struct AdaRoundOptions
{
    int iterations = 400;
    double rate = 0.02;            ///< of Adam
    double regularization = 0.05;  ///< of undecided weights, against an error of 1 a weight for nearest rounding
};

/// AdaRound on one problem. Its loss, the expected squared error of the layer's output, is a quadratic form of the second
/// moments, so that no sample is run again. A row takes the outcome only where its error is smaller.
void solveAdaRound(RoundingProblem& problem, const AdaRoundOptions& options, const Control& control);

} // namespace lathe
