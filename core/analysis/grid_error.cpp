// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/grid_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/calibration/calibrator.h"
#include "core/tensor/compare.h"

namespace lathe {

namespace {

constexpr double exact = std::numeric_limits<double>::infinity();

}

double weightSqnrDb(const Value& weight, const Resolved& resolved)
{
    const auto encoding = resolved.encodings.weights.find(weight.name);
    if (encoding == resolved.encodings.weights.end())
        return exact;
    const auto codes = resolved.codes.weights.find(weight.name);
    return compare(weight.constant, codes != resolved.codes.weights.end()
                                        ? dequantize(codes->second, *encoding->second)
                                        : fakeQuantize(weight.constant, *encoding->second))
        .sqnrDb();
}

std::optional<double> activationSqnrDb(const TensorStatistics& statistics, const Encoding& encoding)
{
    const std::optional<double> noise = expectedNoise(statistics, encoding);
    if (!noise)
        return std::nullopt;
    const double count = static_cast<double>(std::max<std::int64_t>(statistics.moments.count, 1));
    return *noise > 0 ? 10 * std::log10(statistics.moments.sumSquares / count / *noise) : exact;
}

double activationSqnrDb(const std::string& value, const Statistics& statistics, const Resolved& resolved)
{
    const auto encoding = resolved.encodings.activations.find(value);
    const auto known = statistics.tensors.find(value);
    if (encoding == resolved.encodings.activations.end() || known == statistics.tensors.end())
        return exact;
    return activationSqnrDb(known->second, *encoding->second).value_or(exact);
}

}
