// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/calibration/statistics.h"

namespace lathe {

/// Values in ranges, spread evenly within each.
class WeightedBins
{
public:
    /// `high` above `low`.
    void add(double low, double high, double count);
    std::size_t size() const { return m_lows.size(); }
    double center(std::size_t bin) const { return (m_lows[bin] + m_highs[bin]) / 2; }
    double count(std::size_t bin) const { return m_counts[bin]; }

private:
    friend double summedSquaredError(const WeightedBins& bins, const Encoding& encoding);

    std::vector<double> m_lows, m_highs, m_counts;
    std::vector<double> m_densities; ///< count over width
};

/// The bins of the histogram but those of zero.
WeightedBins weightedBins(const BitHistogram& histogram);

/// Sum of squared errors of the values in `bins` on a per-tensor grid, in closed form. Every instruction set
/// gives the same bits.
double summedSquaredError(const WeightedBins& bins, const Encoding& encoding);
/// Sum of squared errors of the values themselves; non-finite ones are left out.
double summedSquaredError(std::span<const float> values, const Encoding& encoding);

} // namespace lathe
