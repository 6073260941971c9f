// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/compare.h"

#include <array>
#include <cmath>
#include <limits>

namespace lathe {

namespace {

/// Sums go to a fixed number of lanes, joined in a fixed order: fast, and the same on every run.
constexpr std::size_t kLanes = 8;
using Lanes = std::array<double, kLanes>;

double sumOf(const Lanes& lanes)
{
    double sum = 0;
    for (const double lane : lanes)
        sum += lane;
    return sum;
}

double maxOf(const Lanes& lanes)
{
    double largest = 0;
    for (const double lane : lanes)
        largest = std::max(largest, lane);
    return largest;
}

struct LaneSums
{
    Lanes signal{}, noise{}, test{}, dot{}, maxAbs{}, maxReference{}, nonFinite{};

    void add(std::size_t lane, float referenceValue, float testValue)
    {
        const bool finite = std::fabs(referenceValue) <= std::numeric_limits<float>::max() &&
                            std::fabs(testValue) <= std::numeric_limits<float>::max();
        const double r = finite ? static_cast<double>(referenceValue) : 0.0;
        const double t = finite ? static_cast<double>(testValue) : 0.0;
        const double difference = t - r;
        signal[lane] += r * r;
        noise[lane] += difference * difference;
        test[lane] += t * t;
        dot[lane] += r * t;
        maxAbs[lane] = std::max(maxAbs[lane], std::fabs(difference));
        maxReference[lane] = std::max(maxReference[lane], std::fabs(r));
        nonFinite[lane] += finite ? 0.0 : 1.0;
    }
};

} // namespace

void Comparison::add(std::span<const float> reference, std::span<const float> test)
{
    if (reference.size() != test.size())
        throw Error(ErrorCode::shapeMismatch, "",
                    {{"actual", std::to_string(test.size()) + " values"},
                     {"expected", std::to_string(reference.size()) + " values"}});
    LaneSums sums;
    std::size_t i = 0;
    for (; i + kLanes <= reference.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            sums.add(lane, reference[i + lane], test[i + lane]);
    for (std::size_t lane = 0; i < reference.size(); ++i, ++lane)
        sums.add(lane, reference[i], test[i]);

    Comparison part;
    part.signalSquares = sumOf(sums.signal);
    part.noiseSquares = sumOf(sums.noise);
    part.testSquares = sumOf(sums.test);
    part.dot = sumOf(sums.dot);
    part.maxAbs = maxOf(sums.maxAbs);
    part.maxReference = maxOf(sums.maxReference);
    part.elements = static_cast<std::int64_t>(reference.size());
    part.nonFinite = static_cast<std::int64_t>(sumOf(sums.nonFinite));
    merge(part);
}

void Comparison::merge(const Comparison& other)
{
    signalSquares += other.signalSquares;
    noiseSquares += other.noiseSquares;
    testSquares += other.testSquares;
    dot += other.dot;
    maxAbs = std::max(maxAbs, other.maxAbs);
    maxReference = std::max(maxReference, other.maxReference);
    elements += other.elements;
    nonFinite += other.nonFinite;
}

double Comparison::sqnrDb() const
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (exact())
        return infinity;
    if (signalSquares == 0)
        return -infinity;
    return 10.0 * std::log10(signalSquares / noiseSquares);
}

double Comparison::cosine() const
{
    if (signalSquares == 0 && testSquares == 0)
        return 1;
    const double norm = std::sqrt(signalSquares) * std::sqrt(testSquares);
    return norm == 0 ? 0 : std::clamp(dot / norm, -1.0, 1.0);
}

double Comparison::relativeMax() const
{
    if (maxAbs == 0)
        return 0;
    return maxReference == 0 ? std::numeric_limits<double>::infinity() : maxAbs / maxReference;
}

Comparison compare(const Tensor& reference, const Tensor& test)
{
    if (reference.shape() != test.shape())
        throw Error(ErrorCode::shapeMismatch, "",
                    {{"actual", test.shape().text()}, {"expected", reference.shape().text()}});
    const Tensor a = reference.converted(DType::float32);
    const Tensor b = test.converted(DType::float32);
    Comparison result;
    result.add(a.data<float>(), b.data<float>());
    return result;
}

} // namespace lathe
