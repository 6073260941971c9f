// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/rounding_problem.h"

namespace lathe {

/// L with A = L L', A symmetric and positive definite; what stands above the diagonal of A is not read, that of L is 0.
/// In blocks, so that it stops soon when asked. Throws Error{stopped}; Error{invalidArgument} when A is not positive definite.
RowMatrix choleskyFactor(RowMatrix matrix, const Control& control);

/// X with A X = B, L being the factor of A.
RowMatrix choleskySolve(const RowMatrix& lower, RowMatrix right, const Control& control);

/// The upper triangle U with A^-1 = U' U. Found without forming the inverse: A = M M' with M upper (the factor of A
/// with rows and columns reversed), and U = M^-1.
RowMatrix inverseUpperFactor(const RowMatrix& matrix, const Control& control);

} // namespace lathe
