// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/evaluation/evaluate.h"
#include "core/evaluation/watched_outputs.h"

namespace lathe {

/// Options for runs with every layer's output in sight.
CompileOptions observable();
/// The quantized graph of a state, ready to run.
Runnable quantizedRun(const QuantState& state, const Control& control);
/// The graph that quantizedRun() runs.
Graph quantizedGraph(const QuantState& state);
/// The float graph, ready to run with every layer in sight.
Runnable floatRun(const Graph& graph, const Control& control,
                  const std::map<std::string, Shape>& inputShapes = {});
/// The graph with other constants in the place of some.
Graph withConstants(Graph graph, const std::map<std::string, Tensor>& constants);

/// Compares runs with the float model on the held-out samples.
class OutputError
{
public:
    /// Runs the model once.
    OutputError(const Graph& model, const Samples& samples, int workers, const Control& control);

    /// SQNR over all samples in dB (sqnrDb() of WatchedOutputs).
    double sqnrDb(const Runnable& run, const Control& control) const;

    /// What is compared.
    const WatchedOutputs& watched() const { return m_watched; }
    PartErrors errors(std::int64_t sample, const WatchedOutputs::Values& outputs) const
    {
        return m_watched.errors(m_expected[static_cast<std::size_t>(sample)], outputs);
    }

private:
    template <typename Use>
    void forEachSample(const Runnable& run, const Control& control, Use use) const;

    const Samples& m_samples;
    int m_workers;
    WatchedOutputs m_watched;
    std::vector<WatchedOutputs::Values> m_expected; ///< by sample, of the float model
};

} // namespace lathe
