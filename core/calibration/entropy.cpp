// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

constexpr int binsPerSide = 2048;
constexpr int thresholdStride = 8;

double timesLog(double x)
{
    return x > 0 ? x * std::log(x) : 0;
}

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
        sumUp();
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

    /// Sums up to each bin, so that a candidate costs as much as it has codes, not bins.
    void sumUp()
    {
        m_mass = m_occupied = m_entropy = std::vector<double>(m_counts.size() + 1, 0.0);
        for (std::size_t i = 0; i < m_counts.size(); ++i) {
            m_mass[i + 1] = m_mass[i] + m_counts[i];
            m_occupied[i + 1] = m_occupied[i] + (m_counts[i] > 0 ? 1 : 0);
            m_entropy[i + 1] = m_entropy[i] + timesLog(m_counts[i]);
        }
    }

    Range windowOf(int bins) const
    {
        const float threshold = m_limit * static_cast<float>(bins) / static_cast<float>(binsPerSide);
        return {std::max(-threshold, m_full.low), std::min(threshold, m_full.high)};
    }

    /// Sum of p log(p/q), as the sum of p log p less that of p log q, which is one term a code.
    double divergence(int bins) const
    {
        const auto from = static_cast<std::size_t>(binsPerSide - bins);
        const auto to = static_cast<std::size_t>(binsPerSide + bins);
        const double total = m_mass.back();
        const double inside = m_mass[to] - m_mass[from];
        if (!(inside > 0))
            return INFINITY;
        const double below = m_mass[from];
        const double above = total - m_mass[to];
        const double first = m_counts[from];
        const double last = m_counts[to - 1];
        const double entropy = m_entropy[to] - m_entropy[from] + timesLog(first + below) - timesLog(first) +
                               timesLog(last + above) - timesLog(last);
        const double own = entropy / total - std::log(total);
        return own - crossEntropy(bins, from, to, inside, below, above) / total;
    }

    /// Sum of c log q over the codes, with the outliers in the end bins.
    double crossEntropy(int bins, std::size_t from, std::size_t to, double inside, double below,
                        double above) const
    {
        constexpr double smallest = 1e-12; // stands for "never" where only outliers fell
        const Range window = windowOf(bins);
        const Encoding encoding = makeEncoding(m_spec, {&window, 1}, -1, false);
        double sum = 0;
        for (std::size_t start = from; start < to;) {
            const std::size_t end = endOfCode(start, to, encoding);
            const double mass = m_mass[end] - m_mass[start];
            const double logShare =
                mass > 0 ? std::log(std::max(mass / (m_occupied[end] - m_occupied[start]) / inside, smallest))
                         : 0;
            sum += mass * logShare;
            if (start == from)
                sum += below * (m_counts[from] > 0 ? logShare : std::log(smallest));
            if (end == to)
                sum += above * (m_counts[to - 1] > 0 ? logShare : std::log(smallest));
            start = end;
        }
        return sum;
    }

    std::int32_t codeOf(std::size_t bin, const Encoding& encoding) const
    {
        const double center = (static_cast<double>(bin) + 0.5 - binsPerSide) * double{m_limit} / binsPerSide;
        return quantizeOne(static_cast<float>(center), encoding.scale[0], encoding.zeroPoint[0],
                           encoding.minimumCode, encoding.maximumCode);
    }

    /// The first bin after `start` with another code: guessed from the grid, then put right.
    std::size_t endOfCode(std::size_t start, std::size_t to, const Encoding& encoding) const
    {
        const std::int32_t code = codeOf(start, encoding);
        if (code == encoding.maximumCode)
            return to;
        const double edge = (code + 0.5 - encoding.zeroPoint[0]) * double{encoding.scale[0]};
        const double place = edge / double{m_limit} * binsPerSide + binsPerSide;
        std::size_t end = static_cast<std::size_t>(
            std::clamp(std::ceil(place - 0.5), static_cast<double>(start + 1), static_cast<double>(to)));
        while (end > start + 1 && codeOf(end - 1, encoding) != code)
            --end;
        while (end < to && codeOf(end, encoding) == code)
            ++end;
        return end;
    }

    QuantSpec m_spec;
    Range m_full;
    float m_limit = 0;
    std::vector<double> m_counts;
    std::vector<double> m_mass;     ///< before each bin
    std::vector<double> m_occupied; ///< before each bin
    std::vector<double> m_entropy;  ///< before each bin: sums of c log c
};

Range entropyRange(const RangeRequest& request)
{
    // With more levels than bins no candidate loses anything; and a few values do not show a distribution.
    constexpr int mostBits = 10;
    constexpr std::int64_t fewestValues = 2 * binsPerSide;
    if (request.spec.format.bits > mostBits || request.statistics.moments.count < fewestValues)
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
             "The threshold whose quantized distribution diverges least from the real one; tensors and "
             "channels of fewer than 4,096 values keep their full range (Migacz, \"8-bit Inference with "
             "TensorRT\", GTC 2017).",
         .options = {},
         .range = entropyRange});
}

} // namespace lathe
