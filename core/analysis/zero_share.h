// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calibration/statistics.h"

namespace lathe {

/// The share of positive values that a per-tensor grid rounds to zero: those below half a step. 0 without
/// positive ones.
double positiveShareLost(const BitHistogram& histogram, const Encoding& encoding);

}
