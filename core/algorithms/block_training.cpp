// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/block_training.h"

#include <cmath>

#include "core/algorithms/distillation.h"
#include "core/algorithms/sample_order.h"
#include "core/algorithms/training.h"
#include "core/base/parallel.h"

namespace lathe {

namespace {

constexpr std::uint64_t seed = 21;

std::vector<double> weightsOf(const BlockOutputs& expected)
{
    std::vector<double> signals(expected.front().size(), 0.0);
    for (const std::vector<Tensor>& outputs : expected)
        for (std::size_t o = 0; o < outputs.size(); ++o)
            for (const float value : outputs[o].data<float>())
                signals[o] += double{value} * double{value};
    const double share = 1.0 / static_cast<double>(signals.size());
    for (double& signal : signals)
        signal = signal > 0 ? share / signal : 0;
    return signals;
}

} // namespace

BlockOutputs runBlock(const GridTape& tape, const TapeState& state, const std::vector<TensorMap>& inputs,
                      int workers, const Control& control)
{
    BlockOutputs outputs(inputs.size());
    parallelFor(static_cast<std::int64_t>(inputs.size()), workers, control, [&](std::int64_t i, int) {
        const auto sample = static_cast<std::size_t>(i);
        const GridTape::Run run = tape.forward(inputs[sample], state, control);
        for (std::size_t o = 0; o < tape.watchedCount(); ++o)
            outputs[sample].push_back(tape.watched(run, o));
    });
    return outputs;
}

std::map<std::string, TapeGrid> gridsInside(const std::map<std::string, TapeGrid>& all,
                                            const std::set<std::string>& inside)
{
    std::map<std::string, TapeGrid> grids;
    for (const auto& [name, grid] : all)
        if (inside.contains(name) || name.find("->") != std::string::npos)
            grids.emplace(name, grid);
    return grids;
}

BlockTraining::BlockTraining(const GridTape& student, TunedNumbers& numbers, const Samples& samples,
                             int workers, const Control& control)
    : m_student(student)
    , m_numbers(numbers)
    , m_samples(samples)
    , m_workers(workers)
    , m_control(control)
    , m_weights(weightsOf(samples.expected))
{
}

double BlockTraining::sqnrDb() const
{
    const BlockOutputs actual =
        runBlock(m_student, m_numbers.tapeState(), m_samples.inputs, m_workers, m_control);
    double error = 0;
    for (std::size_t i = 0; i < actual.size(); ++i)
        for (std::size_t o = 0; o < m_weights.size(); ++o)
            error += squaredError(m_samples.expected[i][o].data<float>(), actual[i][o].data<float>(),
                                  m_weights[o]);
    return -10 * std::log10(error);
}

/// The quantized model's inputs with the float model's elements among them.
TensorMap BlockTraining::mixedInputs(std::size_t sample, std::uint64_t seed) const
{
    TensorMap inputs = m_samples.inputs[sample];
    if (seed == 0)
        return inputs;
    constexpr std::uint64_t ofInputs = std::uint64_t{1} << 40; // behind all values of a tape
    std::uint64_t tensor = ofInputs;
    for (auto& [name, input] : inputs) {
        const Tensor& floating = m_samples.floating[sample].at(name);
        if (input.dtype() == DType::float32 && floating.shape() == input.shape())
            DroppedElements(seed, tensor).copy(floating.data<float>(), input.mutableData<float>());
        ++tensor;
    }
    return inputs;
}

GridTape::Result BlockTraining::gradients(std::int64_t sample, const TapeState& state,
                                          std::uint64_t seed) const
{
    const auto index = static_cast<std::size_t>(sample);
    const std::vector<Tensor>& expected = m_samples.expected[index];
    const GridTape::Run run = m_student.forward(mixedInputs(index, seed), state, m_control, seed);
    std::vector<Tensor> found;
    for (std::size_t o = 0; o < expected.size(); ++o) {
        const Tensor& actual = m_student.watched(run, o);
        Tensor gradient(DType::float32, actual.shape());
        squaredError(expected[o].data<float>(), actual.data<float>(), m_weights[o],
                     gradient.mutableData<float>());
        found.push_back(std::move(gradient));
    }
    return m_student.backward(run, found, state, m_control);
}

void BlockTraining::run(const BlockTrainingOptions& options, const std::function<void()>& stepDone)
{
    SampleOrder order(static_cast<std::int64_t>(m_samples.inputs.size()), seed);
    for (std::int64_t step = 0; step < options.steps; ++step) {
        const std::vector<std::int64_t> batch = order.next(options.batch);
        const TapeState state = m_numbers.tapeState();
        const GridTape::Result sum =
            batchGradients(batch, state, m_workers, m_control, [&](std::int64_t sample) {
                return gradients(sample, state, options.drop ? dropSeed(step, sample) : 0);
            });
        m_numbers.step(sum, options.rates, shareOfRates(step, options.steps));
        stepDone();
    }
}

} // namespace lathe
