// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/option.h"
#include "core/base/table.h"
#include "core/calibration/statistics.h"
#include "core/numeric/number_format.h"

namespace lathe {

/// What a range method may read: statistics of one tensor (or merged ones of values that share a grid) and the format.
struct RangeRequest {
    const TensorStatistics& statistics;
    QuantSpec spec;
    const OptionValues& options;
};

/// A range method: statistics in, clipping range out. Pure post-processing, never runs the model.
struct Calibrator {
    std::string id;        ///< "minmax", "percentile", "entropy", "mse"
    std::string label;
    std::string summary;   ///< one sentence with the method's source
    std::vector<Option> options;
    Range (*range)(const RangeRequest&) = nullptr;
};

const Table<Calibrator>& calibrators();

/// "percentile:99.99" -> the method and its options. Throws Error{unknownName}.
struct MethodChoice {
    std::string id;
    OptionValues options;
    static MethodChoice parse(std::string_view text);
    std::string text() const;
    bool operator==(const MethodChoice&) const = default;
};

/// The range of a method for one tensor; never worse than min-max on an empty or constant tensor.
Range chooseRange(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec);
/// Expected squared error of a grid under the histogram (sum over bins, closed form inside a bin by its centre).
double expectedSquaredError(const BitHistogram& histogram, const Encoding& encoding);
/// Ranges of a weight, one a channel of `axis` or one for all, by the same methods on the exact values.
std::vector<Range> weightRanges(const MethodChoice& method, const Tensor& weight, int axis, const QuantSpec& spec);

}  // namespace lathe
