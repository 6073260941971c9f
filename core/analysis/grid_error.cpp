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

double activationSqnrDb(const std::string& value, const Statistics& statistics, const Resolved& resolved)
{
    const auto encoding = resolved.encodings.activations.find(value);
    const auto known = statistics.tensors.find(value);
    if (encoding == resolved.encodings.activations.end() || known == statistics.tensors.end())
        return exact;
    const double count = static_cast<double>(std::max<std::int64_t>(known->second.moments.count, 1));
    const double noise = expectedNoise(known->second, *encoding->second).value_or(0);
    return noise > 0 ? 10 * std::log10(known->second.moments.sumSquares / count / noise) : exact;
}

}
