// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calibration/statistics.h"
#include "core/numeric/encoding.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lathe {

/// Everything a HistogramView draws; made off the GUI thread, shared read-only.
struct HistogramData
{
    std::string title;          ///< layer or tensor name
    std::vector<double> edges;  ///< bins + 1 real values, ascending
    std::vector<double> counts; ///< one a bin
    double minimum = 0;         ///< exact extremes of the tensor
    double maximum = 0;
    double lowPercentile = 0;   ///< 0.1 % and 99.9 %
    double highPercentile = 0;
    std::optional<Encoding> encoding;  ///< the grid; nothing: float
    std::vector<double> codeCounts;    ///< how many values fall on each code, when there are at most 512 codes
    std::vector<double> levels;        ///< real values of the codes, where these are places in one table
    std::vector<double> quantizedCounts; ///< quantized values by the bins of `edges`, where each channel has its own grid
    Range clip;                        ///< real range that the grid covers
    double clippedBelow = 0;           ///< share of values in [0, 1]
    double clippedAbove = 0;
    std::string minimumSample;         ///< who set the extremes; empty for weights
    std::string maximumSample;
    std::int64_t elements = 0;
};

/// Place of the level that lies nearest to a value; the upper of two. `levels`: ascending, not empty.
std::size_t nearestLevel(const std::vector<double>& levels, double value);

/// Of an activation's statistics; `bins` equal intervals between its extremes (and the grid's ends).
std::shared_ptr<const HistogramData> activationHistogram(const TensorStatistics& statistics,
                                                         const std::vector<std::string>& sampleIds,
                                                         const Encoding* encoding, int bins = 256);
/// Of a weight tensor. Where each channel has its own grid there is no common axis of codes: `codes` (may be null) fill
/// codeCounts and quantizedCounts.
std::shared_ptr<const HistogramData> weightHistogram(const std::string& name, const Tensor& weight,
                                                     const Encoding* encoding, const Tensor* codes, int bins = 256);

}
