// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/calibration/squared_error.h"

namespace lathe {

namespace {

/// Ends of the range as exponents: low = min * 2^-lowCut, high = max * 2^-highCut.
struct Cuts
{
    double low = 0;
    double high = 0;
};

/// The best pair of cuts, coarse to fine: a grid of half octaves, then ever smaller steps around the best
/// one. The error has several valleys at few bits, which a descent from the full range would miss.
class CutSearch
{
public:
    explicit CutSearch(const RangeRequest& request)
        : m_request(request)
        , m_full(request.fullRange())
    {
        if (request.values.empty())
            m_bins = weightedBins(request.statistics.histogram);
        // A symmetric grid has one free end: both cuts move together.
        m_moveLow = m_full.low < 0 && !request.spec.symmetric;
        m_moveHigh = m_full.high > 0 || request.spec.symmetric;
    }

    Range run()
    {
        m_bestError = errorOf(m_best);
        constexpr int coarseSteps = 16; // down to 1/256 of the full range
        for (int low = 0; low <= (m_moveLow ? coarseSteps : 0); ++low)
            for (int high = 0; high <= (m_moveHigh ? coarseSteps : 0); ++high)
                attempt({low * 0.5, high * 0.5});
        for (double step = 0.25; step >= 1.0 / 64; step /= 2)
            refine(step);
        return rangeOf(m_best);
    }

private:
    void refine(double step)
    {
        const Cuts middle = m_best;
        for (const int low : {-1, 0, 1})
            for (const int high : {-1, 0, 1})
                if ((m_moveLow || low == 0) && (m_moveHigh || high == 0) && (low != 0 || high != 0))
                    attempt(
                        {std::max(0.0, middle.low + low * step), std::max(0.0, middle.high + high * step)});
    }

    void attempt(const Cuts& cuts)
    {
        const double error = errorOf(cuts);
        if (error >= m_bestError)
            return;
        m_bestError = error;
        m_best = cuts;
    }

    Range rangeOf(const Cuts& cuts) const
    {
        if (m_request.spec.symmetric) {
            const double limit =
                std::max(std::abs(double{m_full.low}), std::abs(double{m_full.high})) * std::exp2(-cuts.high);
            return {static_cast<float>(-limit), static_cast<float>(limit)};
        }
        return {static_cast<float>(m_full.low * std::exp2(-cuts.low)),
                static_cast<float>(m_full.high * std::exp2(-cuts.high))};
    }

    double errorOf(const Cuts& cuts) const
    {
        const Range range = rangeOf(cuts);
        const Encoding encoding = makeEncoding(m_request.spec, {&range, 1}, -1, false);
        return m_request.values.empty() ? summedSquaredError(m_bins, encoding)
                                        : summedSquaredError(m_request.values, encoding);
    }

    const RangeRequest& m_request;
    Range m_full;
    WeightedBins m_bins;
    bool m_moveLow = false;
    bool m_moveHigh = false;
    Cuts m_best;
    double m_bestError = 0;
};

} // namespace

void register_mse(Table<Calibrator>& table)
{
    table.add(
        {.id = "mse",
         .label = "Least squared error",
         .summary =
             "The range with the smallest squared error, rounding and clipping together (Choukroun et al., "
             "\"Low-bit Quantization of Neural Networks for Efficient Inference\", ICCVW 2019).",
         .options = {},
         .range = [](const RangeRequest& request) { return CutSearch(request).run(); }});
}

} // namespace lathe
