// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/squared_error.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

// Adding and subtracting 1.5 * 2^52 rounds half to even, for magnitudes below 2^51.
constexpr double roundingShift = 6755399441055744.0;

LATHE_INLINE double clampTo(double steps, double lowest, double highest)
{
    const double raised = steps > lowest ? steps : lowest;
    return raised < highest ? raised : highest;
}

/// Integral of the squared rounding error from 0 to `steps`, in units of the grid's step: 1/12 for each whole
/// step, a cubic for what is left, and the cubic of the distance beyond the grid's ends.
LATHE_INLINE double errorIntegral(double steps, double lowest, double highest)
{
    const double inside = clampTo(steps, lowest, highest);
    const double whole = (inside + roundingShift) - roundingShift;
    const double rest = steps - whole;
    return whole / 12 + rest * rest * rest / 3;
}

LATHE_INLINE double squaredErrorAt(double steps, double lowest, double highest)
{
    const double inside = clampTo(steps, lowest, highest);
    const double rest = steps - ((inside + roundingShift) - roundingShift);
    return rest * rest;
}

/// Bins whose errors are summed side by side.
constexpr std::size_t lanes = 8;
using LaneErrors = std::array<double, lanes>;

struct GridSteps
{
    double scale, perStep, lowest, highest;
};

/// Errors in units of the squared step, lane by lane.
struct SumErrors
{
    LATHE_INLINE static void run(const double* low, const double* high, const double* count,
                                 const double* density, std::size_t bins, GridSteps grid, LaneErrors* sums)
    {
        for (std::size_t first = 0; first < bins; first += lanes) {
            const std::size_t width = std::min(lanes, bins - first);
            if (width == lanes)
                add(low + first, high + first, count + first, density + first, lanes, grid, *sums);
            else
                add(low + first, high + first, count + first, density + first, width, grid, *sums);
        }
    }

private:
    LATHE_INLINE static void add(const double* low, const double* high, const double* count,
                                 const double* density, std::size_t bins, const GridSteps& grid,
                                 LaneErrors& sums)
    {
        // Below this the difference of two integrals has no digits left; the error at the centre is as good
        // there.
        constexpr double narrow = 1e-4;
        LATHE_INDEPENDENT
        for (std::size_t i = 0; i < bins; ++i) {
            const double from = low[i] * grid.perStep, to = high[i] * grid.perStep;
            const double integral =
                errorIntegral(to, grid.lowest, grid.highest) - errorIntegral(from, grid.lowest, grid.highest);
            const double spread = density[i] * grid.scale * integral;
            const double atCenter = count[i] * squaredErrorAt((from + to) / 2, grid.lowest, grid.highest);
            sums[i] += to - from < narrow ? atCenter : spread;
        }
    }
};

/// Formats without steps of one size.
double errorAtCenters(const WeightedBins& bins, const Encoding& encoding)
{
    std::vector<float> centers;
    for (std::size_t i = 0; i < bins.size(); ++i)
        centers.push_back(static_cast<float>(bins.center(i)));
    std::vector<float> rounded = centers;
    fakeQuantizeBlock(rounded, encoding, 0);
    double sum = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double error = double{rounded[i]} - double{centers[i]};
        sum += bins.count(i) * error * error;
    }
    return sum;
}

} // namespace

void WeightedBins::add(double low, double high, double count)
{
    m_lows.push_back(low);
    m_highs.push_back(high);
    m_counts.push_back(count);
    m_densities.push_back(count / (high - low));
}

WeightedBins weightedBins(const BitHistogram& histogram)
{
    WeightedBins bins;
    for (const auto& [bin, count] : histogram.occupied())
        if (BitHistogram::center(bin) != 0)
            bins.add(BitHistogram::lowerEdge(bin), BitHistogram::upperEdge(bin), static_cast<double>(count));
    return bins;
}

double summedSquaredError(const WeightedBins& bins, const Encoding& encoding)
{
    if (!encoding.format.isInteger())
        return errorAtCenters(bins, encoding);
    const double scale = encoding.scale[0];
    const GridSteps grid{scale, 1 / scale, static_cast<double>(encoding.minimumCode - encoding.zeroPoint[0]),
                         static_cast<double>(encoding.maximumCode - encoding.zeroPoint[0])};
    LaneErrors sums{};
    simdCall<SumErrors>(bins.m_lows.data(), bins.m_highs.data(), bins.m_counts.data(),
                        bins.m_densities.data(), bins.size(), grid, &sums);
    double sum = 0;
    for (const double lane : sums)
        sum += lane;
    return sum * scale * scale;
}

double summedSquaredError(std::span<const float> values, const Encoding& encoding)
{
    constexpr std::size_t piece = 1024;
    std::array<float, piece> rounded;
    double sum = 0;
    while (!values.empty()) {
        const auto part = values.subspan(0, std::min(piece, values.size()));
        values = values.subspan(part.size());
        std::copy(part.begin(), part.end(), rounded.begin());
        fakeQuantizeBlock(std::span(rounded).first(part.size()), encoding, 0);
        double partSum = 0;
        for (std::size_t i = 0; i < part.size(); ++i) {
            const double error = double{rounded[i]} - double{part[i]};
            partSum += error == error && std::abs(error) <= 1e300 ? error * error : 0.0;
        }
        sum += partSum;
    }
    return sum;
}

double expectedSquaredError(const BitHistogram& histogram, const Encoding& encoding)
{
    if (histogram.total() == 0)
        return 0;
    return summedSquaredError(weightedBins(histogram), encoding) / static_cast<double>(histogram.total());
}

std::optional<double> expectedNoise(const TensorStatistics& statistics, const Encoding& encoding)
{
    if (encoding.format.hasScale())
        return expectedSquaredError(statistics.histogram, encoding);
    if (!encoding.format.isDynamic() || statistics.samples.empty())
        return std::nullopt;
    constexpr double steps = 255;
    double sum = 0;
    for (const SampleExtremes& sample : statistics.samples) {
        const double step =
            (std::max(0.0, double{sample.maximum}) - std::min(0.0, double{sample.minimum})) / steps;
        sum += step * step / 12;
    }
    return (1 - statistics.histogram.zeroShare()) * sum / static_cast<double>(statistics.samples.size());
}

} // namespace lathe
