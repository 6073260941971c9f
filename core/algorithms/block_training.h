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
    bool drop = false;      ///< half of all elements, each time others, as the float model has them
    TuneRates rates;
};

/// Brings what a block of the quantized model makes of its inputs towards what the float model has there.
class BlockTraining
{
public:
    /// What a block reads in the quantized model and in the float one, and what that makes of it, by sample.
    struct Samples
    {
        const std::vector<TensorMap>& inputs;
        const std::vector<TensorMap>& floating;
        const BlockOutputs& expected;
    };

    /// All must outlive this.
    BlockTraining(const GridTape& student, TunedNumbers& numbers, const Samples& samples, int workers,
                  const Control& control);

    /// Of the numbers as they are now: signal over error of all outputs, each counting alike.
    double sqnrDb() const;
    /// Moves the numbers; rates fall along half a cosine. `stepDone` after each step.
    void run(const BlockTrainingOptions& options, const std::function<void()>& stepDone);

private:
    TensorMap mixedInputs(std::size_t sample, std::uint64_t seed) const;
    GridTape::Result gradients(std::int64_t sample, const TapeState& state, std::uint64_t seed) const;

    const GridTape& m_student;
    TunedNumbers& m_numbers;
    Samples m_samples;
    int m_workers;
    const Control& m_control;
    std::vector<double> m_weights; ///< of squared errors, by output: all signals together are 1
};

} // namespace lathe
