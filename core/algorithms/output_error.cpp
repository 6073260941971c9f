// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/output_error.h"

#include "core/base/ordered.h"
#include "core/quant/apply.h"

namespace lathe {

CompileOptions observable()
{
    CompileOptions options;
    options.tapAll = true;
    return options;
}

Graph withConstants(Graph graph, const std::map<std::string, Tensor>& constants)
{
    for (const auto& [name, tensor] : constants)
        graph.value(graph.find(name)).constant = tensor;
    return graph;
}

Graph quantizedGraph(const QuantState& state)
{
    return applyEncodings(withConstants(state.graph, state.biases), state.resolved.encodings,
                          state.resolved.codes);
}

Runnable quantizedRun(const QuantState& state, const Control& control)
{
    return compileFor(RunMode::simulated, quantizedGraph(state), observable(), control);
}

Runnable floatRun(const Graph& graph, const Control& control, const std::map<std::string, Shape>& inputShapes)
{
    CompileOptions options = observable();
    options.inputShapes = inputShapes;
    auto program = Program::compile(graph, options, control);
    const Binding binding = program->defaultBinding().cleared().withPrecision(Precision::floating);
    return {std::move(program), binding};
}

OutputError::OutputError(const Graph& model, const Samples& samples, int workers, const Control& control)
    : m_samples(samples)
    , m_workers(workers > 0 ? workers : hardwareThreads())
{
    const Runnable run = floatRun(model, control);
    m_watched = WatchedOutputs(model, model.outputs, *run.program);
    forEachSample(run, control, [&](std::int64_t, WatchedOutputs::Values outputs) {
        m_expected.push_back(std::move(outputs));
    });
}

template <typename Use>
void OutputError::forEachSample(const Runnable& run, const Control& control, Use use) const
{
    std::vector<std::unique_ptr<Execution>> executions(static_cast<std::size_t>(m_workers));
    parallelOrdered(
        m_samples.size(), m_workers, control,
        [&](std::int64_t index, int worker) {
            auto& execution = executions[static_cast<std::size_t>(worker)];
            if (!execution)
                execution = std::make_unique<Execution>(run.program);
            return m_watched.of(*run.program, [&](const TapMap& taps) {
                return execution->run(m_samples.load(index), run.binding, control, taps);
            });
        },
        use);
}

double OutputError::sqnrDb(const Runnable& run, const Control& control) const
{
    PartErrors total;
    forEachSample(run, control, [&](std::int64_t index, const WatchedOutputs::Values& outputs) {
        add(total, errors(index, outputs));
    });
    return lathe::sqnrDb(total);
}

} // namespace lathe
