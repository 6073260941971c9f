// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/squared_error.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/calibration/calibrator.h"

namespace lathe {

namespace {

// Adding and subtracting 1.5 * 2^52 rounds half to even, for magnitudes below 2^51.
constexpr double roundingShift = 6755399441055744.0;

/// Integral of the squared rounding error from 0 to `steps`, in units of the grid's step: 1/12 for each whole
/// step, a cubic for what is left, and the cubic of the distance beyond the grid's ends.
inline double errorIntegral(double steps, double lowest, double highest)
{
    const double inside = std::min(std::max(steps, lowest), highest);
    const double whole = (inside + roundingShift) - roundingShift;
    const double rest = steps - whole;
    return whole / 12 + rest * rest * rest / 3;
}

inline double squaredErrorAt(double steps, double lowest, double highest)
{
    const double inside = std::min(std::max(steps, lowest), highest);
    const double rest = steps - ((inside + roundingShift) - roundingShift);
    return rest * rest;
}

/// Formats without steps of one size.
double errorAtCenters(std::span<const WeightedBin> bins, const Encoding& encoding)
{
    std::vector<float> centers;
    for (const WeightedBin& bin : bins)
        centers.push_back(static_cast<float>((bin.low + bin.high) / 2));
    std::vector<float> rounded = centers;
    fakeQuantizeBlock(rounded, encoding, 0);
    double sum = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double error = double{rounded[i]} - double{centers[i]};
        sum += bins[i].count * error * error;
    }
    return sum;
}

} // namespace

std::vector<WeightedBin> weightedBins(const BitHistogram& histogram)
{
    std::vector<WeightedBin> bins;
    for (const auto& [bin, count] : histogram.occupied())
        if (BitHistogram::center(bin) != 0)
            bins.push_back(
                {BitHistogram::lowerEdge(bin), BitHistogram::upperEdge(bin), static_cast<double>(count)});
    return bins;
}

double summedSquaredError(std::span<const WeightedBin> bins, const Encoding& encoding)
{
    if (!encoding.format.isInteger())
        return errorAtCenters(bins, encoding);
    const double scale = encoding.scale[0];
    const double perStep = 1 / scale;
    const double lowest = encoding.minimumCode - encoding.zeroPoint[0];
    const double highest = encoding.maximumCode - encoding.zeroPoint[0];
    // Below this the difference of two integrals has no digits left; the error at the centre is as good
    // there.
    constexpr double narrow = 1e-4;
    double sum = 0;
    for (const WeightedBin& bin : bins) {
        const double from = bin.low * perStep;
        const double to = bin.high * perStep;
        const double width = to - from;
        const double error =
            width < narrow
                ? squaredErrorAt((from + to) / 2, lowest, highest)
                : (errorIntegral(to, lowest, highest) - errorIntegral(from, lowest, highest)) / width;
        sum += bin.count * error;
    }
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
        const double step = (std::max(0.0, double{sample.maximum}) - std::min(0.0, double{sample.minimum})) / steps;
        sum += step * step / 12;
    }
    return (1 - statistics.histogram.zeroShare()) * sum / static_cast<double>(statistics.samples.size());
}

} // namespace lathe
