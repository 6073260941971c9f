// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/algorithms/grid_tape.h"
#include "core/algorithms/tuned_numbers.h"

namespace lathe {

/// Values by place, by sample.
using BlockOutputs = std::vector<std::vector<Tensor>>;

/// A tape's watched values of every sample. Threads: `workers`.
BlockOutputs runBlock(const GridTape& tape, const TapeState& state, const std::vector<TensorMap>& inputs,
                      int workers, const Control& control);

/// Those of a model's grids that values of a block pass: the names `inside`, and all edges.
std::map<std::string, TapeGrid> gridsInside(const std::map<std::string, TapeGrid>& all,
                                            const std::set<std::string>& inside);

struct BlockTrainingOptions
{
    std::int64_t steps = 0; ///< at least 1
    std::int64_t batch = 0; ///< samples a step, at least 1
    TuneRates rates;
};

/// Brings what a block of the quantized model makes of its inputs towards what the float model has there.
class BlockTraining
{
public:
    /// `inputs` of the quantized model and the `expected` outputs, by sample; all must outlive this.
    BlockTraining(const GridTape& student, TunedNumbers& numbers, const std::vector<TensorMap>& inputs,
                  const BlockOutputs& expected, int workers, const Control& control);

    /// Of the numbers as they are now: signal over error of all outputs, each counting alike.
    double sqnrDb() const;
    /// Moves the numbers; rates fall along half a cosine. `stepDone` after each step.
    void run(const BlockTrainingOptions& options, const std::function<void()>& stepDone);

private:
    GridTape::Result gradients(std::int64_t sample, const TapeState& state) const;

    const GridTape& m_student;
    TunedNumbers& m_numbers;
    const std::vector<TensorMap>& m_inputs;
    const BlockOutputs& m_expected;
    int m_workers;
    const Control& m_control;
    std::vector<double> m_weights; ///< of squared errors, by output: all signals together are 1
};

} // namespace lathe
