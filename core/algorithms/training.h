// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/algorithms/grid_tape.h"
#include "core/algorithms/tuned_numbers.h"
#include "core/data/samples.h"

namespace lathe {

// What algorithms that train tuned numbers have in common.

/// "batch": samples a step.
Option batchOption();
/// "weights", "scales", "biases" and "ranges": the rates.
std::vector<Option> rateOptions(const TuneRates& byDefault);
TuneRates ratesOf(const std::vector<Option>& declared, const OptionValues& values);

/// The graph as tapes run it: without 16-bit floats.
Graph trainingGraph(Graph graph);
/// The inputs of a sample, floats in float32.
TensorMap trainingInputs(const Samples& samples, std::int64_t index);

/// Gradients of all samples of a batch together, in their order, whatever the number of workers. `gradients`
/// of one sample, on any thread.
GridTape::Result batchGradients(const std::vector<std::int64_t>& batch, const TapeState& state, int workers,
                                const Control& control,
                                const std::function<GridTape::Result(std::int64_t sample)>& gradients);
/// The share of the rates at a step: they fall along half a cosine.
double shareOfRates(std::int64_t step, std::int64_t steps);

} // namespace lathe
