// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
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
    /// The exact values, for weights: then the statistics hold moments only, and methods work on these.
    std::span<const float> values = {};

    /// [min, max] of what was seen.
    Range fullRange() const { return {statistics.moments.minimum, statistics.moments.maximum}; }
};

/// A range method: statistics in, clipping range out. Pure post-processing, never runs the model.
struct Calibrator {
    std::string id;        ///< "minmax", "percentile", "entropy", "mse", "kmeans", "mean"
    std::string label;
    std::string summary;   ///< one sentence with the method's source
    std::vector<Option> options;
    Range (*range)(const RangeRequest&) = nullptr;
    /// What the method minimises, smaller is better; null where it cannot end above min-max or minimises nothing.
    double (*loss)(const RangeRequest&, const Range&) = nullptr;
};

const Table<Calibrator>& calibrators();

/// A method and its options, as "mse", "percentile:99.9" (the first option's value) or "percentile:p=99.9".
struct MethodChoice {
    std::string id;
    OptionValues options;
    /// Throws Error{unknownName, invalidArgument}.
    static MethodChoice parse(std::string_view text);
    std::string text() const;  ///< parse() reads it back; options at their defaults are left out
    bool operator==(const MethodChoice&) const = default;
};

/// The range of a method for one tensor. Min-max where a method would leave no width to a tensor that has some, and for
/// formats without a grid; [0, 0] for a tensor of which nothing finite was seen.
Range chooseRange(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec);
/// True when the full range is better than `chosen`, which the method returned, by the method's own measure.
bool worseThanMinMax(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec,
                     const Range& chosen);
/// Mean squared error of a grid under the histogram: the values of a bin count as spread evenly, and the error is
/// integrated in closed form (8-bit floats: taken at its centre); exact zeros have none. Per-tensor grids only.
double expectedSquaredError(const BitHistogram& histogram, const Encoding& encoding);
/// The same for what an activation is held in: a dynamic range takes that of each sample in turn, a step's square over
/// 12. Nothing for 16-bit floats, whose errors are finer than the histogram.
std::optional<double> expectedNoise(const TensorStatistics& statistics, const Encoding& encoding);
/// Ranges of a weight, one a channel of `axis`, one a group that `axis` is cut into, or one for all, by the same methods
/// on the exact values.
std::vector<Range> weightRanges(const MethodChoice& method, const Tensor& weight, int axis, const QuantSpec& spec);
/// worseThanMinMax for the ranges that weightRanges gave, all of them together.
bool worseThanMinMax(const MethodChoice& method, const Tensor& weight, int axis, const QuantSpec& spec,
                     const std::vector<Range>& chosen);

}  // namespace lathe
