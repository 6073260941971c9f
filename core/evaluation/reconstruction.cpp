// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/evaluate.h"

namespace lathe {
namespace {

double meanSquaredError(const MetricSample& sample)
{
    const Comparison error = compare(sample.target, sample.output.reshaped(sample.target.shape()));
    return error.elements > 0 ? error.noiseSquares / static_cast<double>(error.elements) : 0;
}

} // namespace

void register_reconstruction(Table<Metric>& table)
{
    table.add({.id = "mse",
               .label = "Mean squared error",
               .higherIsBetter = false,
               .target = TargetKind::values,
               .binary = false,
               .score = meanSquaredError});
}

} // namespace lathe
