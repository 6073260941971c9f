// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/shrinkage.h"

#include <algorithm>
#include <cmath>

namespace lathe {

double shrinkageOf(const RowMatrix& second, double observations)
{
    const double diagonalSquares = second.diagonal().squaredNorm();
    const double beside = second.squaredNorm() - diagonalSquares;
    if (!(beside > 0) || !(observations > 0))
        return 0;
    const double trace = second.trace();
    const double chance = (beside + trace * trace - diagonalSquares) / observations;
    return std::clamp(chance / beside, 0.0, 1.0);
}

void shrink(RowMatrix& second, double share)
{
    const Eigen::VectorXd diagonal = second.diagonal();
    second *= 1 - share;
    second.diagonal() = diagonal;
}

double independentObservations(std::int64_t samples, std::int64_t positions)
{
    const double perSample =
        static_cast<double>(positions) / static_cast<double>(std::max<std::int64_t>(samples, 1));
    return static_cast<double>(samples) * std::sqrt(std::max(perSample, 1.0));
}

} // namespace lathe
