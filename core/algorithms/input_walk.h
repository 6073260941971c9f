// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/weight_layer.h"

namespace lathe {

/// Runs samples up to the inputs of some layers, in float and as the quantized graph computes them, and goes
/// on from there for the layers that follow: what earlier calls computed is kept where memory allows, so that
/// a walk over all layers takes about one run over the samples instead of one a layer.
class InputWalk
{
public:
    /// `memoryBytes`: of the values kept. `quantized`: the inputs of the quantized graph are wanted too.
    InputWalk(const Samples& samples, int workers, bool quantized, std::int64_t memoryBytes);
    ~InputWalk();

    /// The moments of the inputs of `layers` as the state is now; the same bits for any number of workers.
    /// What the inputs of the layers `later` come from is kept.
    std::vector<InputMoments> collect(const QuantState& state, const std::vector<WeightLayer>& layers,
                                      const std::vector<WeightLayer>& later, const MomentOptions& options,
                                      const Control& control);
    /// What to do with one sample's inputs, in the float run and in the quantized one: called on the workers;
    /// what it returns is then called in the order of the samples.
    using Take =
        std::function<std::function<void()>(std::span<const float> reference, std::span<const float> test)>;
    /// Hands over the inputs of one layer as collect() sees them.
    void visit(const QuantState& state, const WeightLayer& layer, const std::vector<WeightLayer>& later,
               const Take& take, const Control& control);
    /// The weights or biases of these layers are others now: forgets what was computed with them.
    void changed(const Graph& graph, const std::vector<WeightLayer>& layers);
    /// The names of the values kept.
    const std::set<std::string>& kept() const { return m_kept; }

private:
    struct Stage;

    Stage prepare(const QuantState& state, const std::vector<std::string>& wanted,
                  const std::vector<std::string>& later, const Control& control) const;
    std::set<std::string> worthKeeping(const Graph& graph, const Stage& stage,
                                       const std::vector<std::string>& later) const;
    void record(const Stage& stage, std::int64_t sample, int worker, SampleInputs& result,
                const Control& control);
    void settle(const Graph& graph, const Stage& stage, const std::vector<std::string>& later);

    const Samples& m_samples;
    int m_workers;
    bool m_quantized;
    std::int64_t m_memoryBytes;
    std::set<std::string> m_kept;
    std::vector<TensorMap> m_values[2]; ///< by sample: of the float run, of the quantized one
};

} // namespace lathe
