// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/cholesky.h"

#include <Eigen/Cholesky>

#include <algorithm>

#include "core/base/error.h"

namespace lathe {

namespace {

/// Columns between two looks at the stop token: some 2 GFlop at a depth of 4608.
constexpr Eigen::Index blockColumns = 48;

template <typename Use>
void forEachBlock(Eigen::Index size, const Control& control, Use use)
{
    for (Eigen::Index first = 0; first < size; first += blockColumns) {
        control.throwIfStopped();
        use(first, std::min(blockColumns, size - first));
    }
}

} // namespace

RowMatrix choleskyFactor(RowMatrix matrix, const Control& control)
{
    const Eigen::Index size = matrix.rows();
    forEachBlock(size, control, [&](Eigen::Index first, Eigen::Index count) {
        const Eigen::Index left = size - first - count;
        const Eigen::LLT<RowMatrix> corner(matrix.block(first, first, count, count));
        if (corner.info() != Eigen::Success)
            throw Error(ErrorCode::invalidArgument, "second moments", {{"what", "They are not positive definite."}});
        matrix.block(first, first, count, count) = corner.matrixL();
        if (left == 0)
            return;
        auto below = matrix.block(first + count, first, left, count);
        matrix.block(first, first, count, count)
            .triangularView<Eigen::Lower>()
            .transpose()
            .solveInPlace<Eigen::OnTheRight>(below);
        matrix.block(first + count, first + count, left, left)
            .selfadjointView<Eigen::Lower>()
            .rankUpdate(below, -1.0);
    });
    matrix.triangularView<Eigen::StrictlyUpper>().setZero();
    return matrix;
}

RowMatrix choleskySolve(const RowMatrix& lower, RowMatrix right, const Control& control)
{
    forEachBlock(right.cols(), control, [&](Eigen::Index first, Eigen::Index count) {
        RowMatrix part = right.middleCols(first, count);
        lower.triangularView<Eigen::Lower>().solveInPlace(part);
        lower.triangularView<Eigen::Lower>().transpose().solveInPlace(part);
        right.middleCols(first, count) = part;
    });
    return right;
}

RowMatrix inverseUpperFactor(const RowMatrix& matrix, const Control& control)
{
    const Eigen::Index size = matrix.rows();
    const RowMatrix upper = choleskyFactor(matrix.reverse(), control).reverse();
    RowMatrix inverse = RowMatrix::Zero(size, size);
    forEachBlock(size, control, [&](Eigen::Index first, Eigen::Index count) {
        // Column j of the inverse is 0 below row j.
        const Eigen::Index height = first + count;
        RowMatrix part = RowMatrix::Zero(height, count);
        part.bottomRows(count).setIdentity();
        upper.topLeftCorner(height, height).triangularView<Eigen::Upper>().solveInPlace(part);
        inverse.block(0, first, height, count) = part;
    });
    return inverse;
}

} // namespace lathe
