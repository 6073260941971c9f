// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/rounding_problem.h"

namespace lathe {

/// How much of the correlation that few observations show is chance: the share, from 0 to 1, by which the
/// entries beside the diagonal of a second moment are to be made smaller for the least expected squared
/// error. Normal observations are taken for granted, and that they are independent (Schaefer and Strimmer, "A
/// Shrinkage Approach to Large-Scale Covariance Matrix Estimation and Implications for Functional Genomics",
/// 2005, with a diagonal target and the variances of the normal distribution). 0 where there is nothing
/// beside the diagonal.
double shrinkageOf(const RowMatrix& second, double observations);

/// Makes the entries beside the diagonal smaller by the share.
void shrink(RowMatrix& second, double share);

/// Positions of one sample (pixels of an image) are alike: so many independent observations they count as,
/// all samples together; the square root of those of each sample.
double independentObservations(std::int64_t samples, std::int64_t positions);

} // namespace lathe
