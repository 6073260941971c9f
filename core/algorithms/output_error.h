// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/evaluation/evaluate.h"

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

    /// SQNR over all samples in dB: +infinity where all is exact, -infinity where a run gave no numbers. Of
    /// several parts (outputParts()) their mean noise over signal counts, so that large values do not hide
    /// the errors of small ones.
    double sqnrDb(const Runnable& run, const Control& control) const;

    using Outputs = std::vector<std::vector<float>>; ///< by watched value
    /// What a run of the program gives, which `execute` does with these taps. Values that it does not make,
    /// as it begins behind them, are those of `before`.
    Outputs outputsOf(const Program& program, const std::function<TensorMap(const TapMap&)>& execute,
                      Outputs before = {}) const;
    /// The float model's.
    const Outputs& expected(std::int64_t sample) const
    {
        return m_expected[static_cast<std::size_t>(sample)];
    }
    /// Value by value.
    std::vector<Comparison> compare(std::int64_t sample, const Outputs& outputs) const;
    /// As sqnrDb() of a run that these were merged over.
    static double sqnrDb(const std::vector<Comparison>& parts);

private:
    template <typename Use>
    void forEachSample(const Runnable& run, const Control& control, Use use) const;

    const Samples& m_samples;
    int m_workers;
    std::vector<std::string> m_watched; ///< the parts of the outputs
    std::vector<Outputs> m_expected;    ///< by sample
};

} // namespace lathe
