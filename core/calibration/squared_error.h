// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/calibration/statistics.h"

namespace lathe {

/// Values between `low` and `high`, spread evenly.
struct WeightedBin
{
    double low;
    double high;
    double count;
};

/// The bins of the histogram but those of zero.
std::vector<WeightedBin> weightedBins(const BitHistogram& histogram);

/// Sum of squared errors of the values in `bins` on a per-tensor grid, in closed form.
double summedSquaredError(std::span<const WeightedBin> bins, const Encoding& encoding);
/// Sum of squared errors of the values themselves; non-finite ones are left out.
double summedSquaredError(std::span<const float> values, const Encoding& encoding);

} // namespace lathe
