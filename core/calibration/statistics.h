// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "core/numeric/encoding.h"
#include "core/tensor/shape.h"

namespace lathe {

/// Counts by the float's own bits: sign, 8 exponent bits, 6 mantissa bits (32,768 bins). No range to choose, merges are
/// exact and order-free. Bin index runs in the order of the real numbers: negative large ... -0, +0 ... positive large.
/// The two bins of zero (which hold the numbers below 2^-132 too) count as exact zeros.
class BitHistogram {
public:
    static constexpr int mantissaBits = 6;
    static constexpr int binCount = 1 << (1 + 8 + mantissaBits);

    static int binOf(float value);
    static float lowerEdge(int bin);  ///< the infimum of the bin
    static float upperEdge(int bin);  ///< the supremum of the bin
    static float center(int bin);     ///< 0 for the bins of zero

    void add(std::span<const float> values);  ///< NaN and infinities are left out
    void addCount(int bin, std::uint64_t count);
    /// Counts by the upper bits of the float as they stand (sign first): `binCount` of them.
    void addKeyCounts(std::span<const std::uint32_t> counts);
    void merge(const BitHistogram& other);
    std::uint64_t count(int bin) const;
    std::uint64_t total() const { return m_total; }
    double zeroShare() const;  ///< counts of zero over all counts; 0 without any
    /// Fourth central moment over the squared variance, less the normal distribution's 3; values count as the middle of
    /// their bins. 0 without spread.
    double excessKurtosis() const;
    /// Bins with counts, ascending.
    const std::vector<std::pair<int, std::uint64_t>>& occupied() const { return m_bins; }
    /// Smallest value v (bin resolution: the upper edge of its bin) such that a share `p` of all values is <= v.
    float quantile(double p) const;
    /// Counts on `bins` equal intervals of [low, high]; values of a bin spread evenly; outside goes to the end bins.
    std::vector<double> rebin(float low, float high, int bins) const;

private:
    using Bin = std::pair<int, std::uint64_t>;

    void merge(const std::vector<Bin>& more);

    std::vector<Bin> m_bins;
    std::uint64_t m_total = 0;
};

/// First and second moments and extremes; sums in double, merged in sample order. Figures that need higher
/// powers or the share of a value come from the histogram.
struct Moments {
    std::int64_t count = 0;   ///< finite values
    double sum = 0;
    double sumSquares = 0;
    float minimum = 0;
    float maximum = 0;
    std::int64_t nans = 0;
    std::int64_t infinities = 0;

    double mean() const;
    double variance() const;
    void merge(const Moments& other);
};

/// Infinity and minus infinity where the sample did not show the tensor (a branch that it did not take).
struct SampleExtremes {
    float minimum = 0;
    float maximum = 0;
};

/// Everything pass 1 knows of one tensor.
struct TensorStatistics {
    std::string value;
    Shape shape; ///< of one sample, the last one where they differ
    int channelAxis = 1;
    Moments moments;
    BitHistogram histogram;
    std::vector<Moments> channels;         ///< none where their number differs from sample to sample
    std::vector<SampleExtremes> samples;   ///< by sample index
    std::int64_t minimumSample = -1;       ///< index of the sample that set the minimum (the first one on ties)
    std::int64_t maximumSample = -1;
};

/// The result of pass 1 over a data set; belongs to graph, data and preprocessing by digest.
struct Statistics {
    Digest graph;
    Digest data;
    std::vector<std::string> sampleIds;
    std::map<std::string, TensorStatistics> tensors;
    int histogramShare = 1;       ///< histograms hold about one element of so many; everything else holds all
    std::uint64_t histogramSeed = 0;   ///< what chose them
    double seconds = 0;           ///< measured; neither stored nor part of any digest
    double inferenceSeconds = 0;

    const TensorStatistics& tensor(const std::string& value) const;  ///< throws Error{noStatistics}
};

}  // namespace lathe
