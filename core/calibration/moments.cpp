// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/calibration/statistics.h"

namespace lathe {

double Moments::mean() const
{
    return count > 0 ? sum / static_cast<double>(count) : 0;
}

double Moments::variance() const
{
    if (count == 0)
        return 0;
    const double average = mean();
    return std::max(0.0, sumSquares / static_cast<double>(count) - average * average);
}

void Moments::merge(const Moments& other)
{
    if (other.count > 0) {
        minimum = count > 0 ? std::min(minimum, other.minimum) : other.minimum;
        maximum = count > 0 ? std::max(maximum, other.maximum) : other.maximum;
    }
    count += other.count;
    sum += other.sum;
    sumSquares += other.sumSquares;
    nans += other.nans;
    infinities += other.infinities;
}

} // namespace lathe
