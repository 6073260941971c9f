// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/calibration/statistics.h"
#include "core/calibration/tensor_scan.h"

namespace lathe::test {

/// Seeded values of the kinds that activations have.
inline std::vector<float> distribution(const std::string& kind, std::size_t count)
{
    std::mt19937 generator(11);
    std::normal_distribution<double> normal(0, 1);
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = normal(generator);
        double y = x;
        if (kind == "relu")
            y = std::max(0.0, x);
        if (kind == "skewed")
            y = std::exp(x) - 0.3;
        if (kind == "laplace")
            y = x * std::abs(x);
        if (kind == "outliers")
            y = i % 997 == 0 ? 40 * x : x;
        if (kind == "negative")
            y = -std::abs(x) - 0.5;
        values.push_back(static_cast<float>(y));
    }
    return values;
}

/// What pass 1 would know of the values.
inline TensorStatistics statisticsOf(const std::vector<float>& values)
{
    TensorStatistics statistics;
    statistics.moments = scanMoments(values);
    statistics.histogram.add(values);
    return statistics;
}

/// The squared error of the values on a grid, one after the other.
inline double obviousMse(const std::vector<float>& values, const Encoding& encoding)
{
    double sum = 0;
    for (const float value : values) {
        const int code = quantizeOne(value, encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode,
                                     encoding.maximumCode);
        const double error = double(value) - double(code - encoding.zeroPoint[0]) * double(encoding.scale[0]);
        sum += error * error;
    }
    return sum / static_cast<double>(values.size());
}

} // namespace lathe::test
