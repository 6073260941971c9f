// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

constexpr int binsPerSide = 2048;
constexpr int thresholdStride = 8;

/// Threshold search on a histogram of equal bins over [-limit, limit]. A candidate threshold keeps the bins
/// within it; its reference distribution has what lies beyond added to the end bins; its quantized one
/// spreads the mass of each code evenly over the occupied bins of that code. The candidate with the smallest
/// divergence wins.
class ThresholdSearch
{
public:
    explicit ThresholdSearch(const RangeRequest& request)
        : m_spec(request.spec)
        , m_full(request.fullRange())
    {
        BitHistogram own;
        if (!request.values.empty())
            own.add(request.values);
        const BitHistogram& histogram = request.values.empty() ? request.statistics.histogram : own;
        m_limit = std::max(std::abs(m_full.low), std::abs(m_full.high));
        m_counts = withoutZeros(histogram).rebin(-m_limit, m_limit, 2 * binsPerSide);
    }

    Range run() const
    {
        const int levels = m_spec.format.maximumCode() - m_spec.format.minimumCode() + 1;
        Range best = windowOf(binsPerSide);
        double bestDivergence = divergence(binsPerSide);
        const int first = std::max(thresholdStride, levels / 2);
        for (int bins = binsPerSide - thresholdStride; bins >= first; bins -= thresholdStride) {
            const double candidate = divergence(bins);
            if (candidate >= bestDivergence)
                continue;
            bestDivergence = candidate;
            best = windowOf(bins);
        }
        return best;
    }

private:
    /// Zeros are exact on every grid; the heap of them behind a Relu would hide the rest.
    static BitHistogram withoutZeros(const BitHistogram& histogram)
    {
        BitHistogram result;
        for (const auto& [bin, count] : histogram.occupied())
            if (BitHistogram::center(bin) != 0)
                result.addCount(bin, count);
        return result;
    }

    Range windowOf(int bins) const
    {
        const float threshold = m_limit * static_cast<float>(bins) / static_cast<float>(binsPerSide);
        return {std::max(-threshold, m_full.low), std::min(threshold, m_full.high)};
    }

    double divergence(int bins) const
    {
        const Range window = windowOf(bins);
        const Encoding encoding = makeEncoding(m_spec, {&window, 1}, -1, false);
        const std::size_t from = static_cast<std::size_t>(binsPerSide - bins);
        const std::size_t to = static_cast<std::size_t>(binsPerSide + bins);
        std::vector<double> reference(m_counts.begin() + static_cast<std::ptrdiff_t>(from),
                                      m_counts.begin() + static_cast<std::ptrdiff_t>(to));
        const std::vector<double> quantized = spreadByCode(reference, from, encoding);
        for (std::size_t i = 0; i < from; ++i)
            reference.front() += m_counts[i];
        for (std::size_t i = to; i < m_counts.size(); ++i)
            reference.back() += m_counts[i];
        return relativeEntropy(reference, quantized);
    }

    double centerOf(std::size_t bin) const
    {
        return (static_cast<double>(bin) + 0.5 - binsPerSide) * double{m_limit} / binsPerSide;
    }

    std::vector<double> spreadByCode(const std::vector<double>& counts, std::size_t from,
                                     const Encoding& encoding) const
    {
        std::vector<double> result(counts.size(), 0.0);
        const auto codeOf = [&](std::size_t i) {
            return quantizeOne(static_cast<float>(centerOf(from + i)), encoding.scale[0],
                               encoding.zeroPoint[0], encoding.minimumCode, encoding.maximumCode);
        };
        for (std::size_t start = 0; start < counts.size();) {
            const std::int32_t code = codeOf(start);
            std::size_t end = start;
            double mass = 0;
            int occupied = 0;
            for (; end < counts.size() && codeOf(end) == code; ++end) {
                mass += counts[end];
                occupied += counts[end] > 0;
            }
            for (std::size_t i = start; i < end; ++i)
                if (counts[i] > 0)
                    result[i] = mass / occupied;
            start = end;
        }
        return result;
    }

    static double relativeEntropy(const std::vector<double>& reference, const std::vector<double>& quantized)
    {
        double referenceSum = 0;
        double quantizedSum = 0;
        for (const double value : reference)
            referenceSum += value;
        for (const double value : quantized)
            quantizedSum += value;
        if (!(referenceSum > 0) || !(quantizedSum > 0))
            return INFINITY;
        constexpr double smallest = 1e-12; // stands for "never" where only outliers fell
        double sum = 0;
        for (std::size_t i = 0; i < reference.size(); ++i)
            if (reference[i] > 0) {
                const double p = reference[i] / referenceSum;
                sum += p * std::log(p / std::max(quantized[i] / quantizedSum, smallest));
            }
        return sum;
    }

    QuantSpec m_spec;
    Range m_full;
    float m_limit = 0;
    std::vector<double> m_counts;
};

Range entropyRange(const RangeRequest& request)
{
    // With more levels than bins no candidate loses anything.
    if (request.spec.format.bits > 10)
        return request.fullRange();
    return ThresholdSearch(request).run();
}

} // namespace

void register_entropy(Table<Calibrator>& table)
{
    table.add(
        {.id = "entropy",
         .label = "Entropy",
         .summary =
             "The threshold whose quantized distribution diverges least from the real one (Migacz, \"8-bit "
             "Inference with TensorRT\", GTC 2017).",
         .options = {},
         .range = entropyRange});
}

} // namespace lathe
