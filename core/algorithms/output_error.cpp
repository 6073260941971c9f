// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/output_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/ordered.h"
#include "core/ops/output_parts.h"
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
    for (const ValueId output : model.outputs) {
        std::vector<std::string> parts = outputParts(model, output);
        if (!std::all_of(parts.begin(), parts.end(),
                         [&](const std::string& part) { return run.program->canTap(part); }))
            parts = {model.value(output).name};
        m_watched.insert(m_watched.end(), parts.begin(), parts.end());
    }
    forEachSample(run, control,
                  [&](std::int64_t, Outputs outputs) { m_expected.push_back(std::move(outputs)); });
}

OutputError::Outputs OutputError::outputsOf(const Program& program,
                                            const std::function<TensorMap(const TapMap&)>& execute,
                                            Outputs before) const
{
    Outputs outputs = std::move(before);
    outputs.resize(m_watched.size());
    TapMap taps;
    for (std::size_t i = 0; i < m_watched.size(); ++i)
        if (program.canTap(m_watched[i]))
            taps[m_watched[i]] = [&outputs, i](const TapView& view) {
                outputs[i].assign(view.reals.begin(), view.reals.end());
            };
    const TensorMap results = execute(taps);
    for (std::size_t i = 0; i < m_watched.size(); ++i)
        if (const auto result = results.find(m_watched[i]);
            result != results.end() && (!taps.contains(m_watched[i]) || outputs[i].empty()))
            outputs[i] = result->second.toFloats();
    return outputs;
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
            return outputsOf(*run.program, [&](const TapMap& taps) {
                return execution->run(m_samples.load(index), run.binding, control, taps);
            });
        },
        use);
}

double OutputError::sqnrDb(const Runnable& run, const Control& control) const
{
    std::vector<Comparison> totals(m_watched.size());
    forEachSample(run, control, [&](std::int64_t index, const Outputs& outputs) {
        const std::vector<Comparison> parts = compare(index, outputs);
        for (std::size_t i = 0; i < parts.size(); ++i)
            totals[i].merge(parts[i]);
    });
    return sqnrDb(totals);
}

std::vector<Comparison> OutputError::compare(std::int64_t sample, const Outputs& outputs) const
{
    std::vector<Comparison> parts(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i)
        parts[i].add(expected(sample)[i], outputs[i]);
    return parts;
}

/// Parts that are 0 throughout have no ratio; they are left out next to others.
double OutputError::sqnrDb(const std::vector<Comparison>& parts)
{
    Comparison all;
    double ratios = 0;
    int count = 0;
    for (const Comparison& part : parts) {
        all.merge(part);
        if (part.signalSquares <= 0)
            continue;
        ratios += part.noiseSquares / part.signalSquares;
        ++count;
    }
    if (all.nonFinite > 0)
        return -std::numeric_limits<double>::infinity();
    return count < 2 || all.exact() ? all.sqnrDb() : 10 * std::log10(count / ratios);
}

} // namespace lathe
