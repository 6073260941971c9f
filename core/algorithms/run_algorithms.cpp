// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/run_algorithms.h"

#include <chrono>
#include <limits>

#include "core/algorithms/bias_correction.h"
#include "core/algorithms/output_error.h"
#include "core/algorithms/sample_subset.h"

namespace lathe {

namespace {

constexpr std::int64_t heldOutEvery = 5;

std::vector<std::int64_t> indices(std::int64_t count, bool heldOut)
{
    std::vector<std::int64_t> result;
    // With fewer samples the last one is withheld.
    const std::int64_t last = count < heldOutEvery ? count - 1 : heldOutEvery - 1;
    for (std::int64_t i = 0; i < count; ++i)
        if ((i % heldOutEvery == last) == heldOut)
            result.push_back(i);
    return result;
}

class Runner
{
public:
    Runner(const AlgorithmRequest& request, QuantState& state, const Control& control)
        : m_request(request)
        , m_state(state)
        , m_control(control)
        , m_training(request.calibration, indices(request.calibration.size(), false))
        , m_heldOut(request.calibration, indices(request.calibration.size(), true))
        , m_error(request.model, m_heldOut, request.workers, control)
    {
        m_currentDb = measure(state);
    }

    AlgorithmStep run(const AlgorithmChoice& choice)
    {
        const auto start = std::chrono::steady_clock::now();
        const Algorithm& algorithm = m_request.known.get(choice.id, "algorithm");
        AlgorithmStep step;
        step.choice = choice.text();
        step.beforeDb = algorithm.judgedWithBias ? measureCorrected(m_state) : m_currentDb;
        QuantState changed = m_state;
        const AlgorithmContext context{
            m_request.plan,       m_request.rules, m_training,        m_request.calibration,
            m_request.dataDigest, choice.options,  m_request.workers, m_control};
        step.layers = algorithm.run(changed, context);
        step.afterDb = algorithm.judgedWithBias ? measureCorrected(changed) : measure(changed);
        step.floatDb = std::numeric_limits<double>::infinity();
        if (changed.graph.digest() != m_state.graph.digest())
            step.floatDb = m_error.sqnrDb(floatRun(changed.graph, m_control), m_control);
        step.reverted = step.afterDb < step.beforeDb;
        if (!step.reverted) {
            m_state = std::move(changed);
            m_currentDb = algorithm.judgedWithBias ? measure(m_state) : step.afterDb;
        }
        step.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return step;
    }

private:
    double measureCorrected(QuantState state) const
    {
        correctBiasesAnalytically(state, m_request.rules, m_control);
        return measure(state);
    }

    double measure(const QuantState& state) const
    {
        return m_error.sqnrDb(quantizedRun(state, m_control), m_control);
    }

    const AlgorithmRequest& m_request;
    QuantState& m_state;
    const Control& m_control;
    SampleSubset m_training;
    SampleSubset m_heldOut;
    OutputError m_error;
    double m_currentDb = 0;
};

} // namespace

std::vector<AlgorithmStep> runAlgorithms(const std::vector<AlgorithmChoice>& choices,
                                         const AlgorithmRequest& request, QuantState& state,
                                         const Control& control)
{
    std::vector<AlgorithmStep> steps;
    if (choices.empty())
        return steps;
    if (request.calibration.size() < 2)
        throw Error(ErrorCode::datasetEmpty, "calibration");
    Runner runner(request, state, control);
    for (const AlgorithmChoice& choice : choices)
        steps.push_back(whileDoing("the algorithm " + choice.id, [&] { return runner.run(choice); }));
    return steps;
}

} // namespace lathe
