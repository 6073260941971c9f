// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <memory>

#include "core/algorithms/run_algorithms.h"
#include "core/calibration/collect.h"
#include "core/ops/infer_shapes.h"
#include "core/quant/resolve.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/unlabelled_samples.h"

namespace lathe::test {

/// Seeded inputs of a graph.
class SeededSamples : public UnlabelledSamples
{
public:
    SeededSamples(const Graph& graph, std::int64_t count)
        : UnlabelledSamples(count)
        , m_graph(graph)
    {
    }

    TensorMap load(std::int64_t index) const override
    {
        return seededInputs(m_graph, static_cast<unsigned>(100 + index));
    }

private:
    const Graph& m_graph;
};

/// Convolutions of every kind that algorithms tell apart, with channels of very different ranges, and a matrix.
inline Graph unevenNetwork()
{
    Graph graph = graphOf(R"(
opset 13
input x: float32[1x3x10x10]
w1: float32[8x3x3x3] = ...
b1: float32[8] = ...
c1 = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
r1 = Relu(c1)
w2: float32[8x1x3x3] = ...
b2: float32[8] = ...
c2 = Conv(r1, w2, b2) {pads=[1, 1, 1, 1], group=8}
r2 = Relu(c2)
w3: float32[6x8x1x1] = ...
b3: float32[6] = ...
c3 = Conv(r2, w3, b3)
p = GlobalAveragePool(c3)
f = Flatten(p)
w4: float32[6x5] = ...
b4: float32[5] = ...
y = Gemm(f, w4, b4)
output y
)");
    for (const char* name : {"w1", "w2"}) {
        Tensor& weight = graph.value(graph.find(name)).constant;
        const std::int64_t perRow = weight.elements() / 8;
        std::size_t i = 0;
        for (float& value : weight.mutableData<float>())
            value *= std::exp2(static_cast<float>(static_cast<std::int64_t>(i++) / perRow % 5) * 1.5F - 3.0F);
    }
    return graph;
}

/// A model with its samples and its plainly quantized state.
struct AlgorithmFixture
{
    explicit AlgorithmFixture(const std::string& weights, Graph network = unevenNetwork(),
                              const std::string& activations = "uint8:tensor:asymmetric")
        : graph(std::move(network))
        , samples(graph, 15)
    {
        plan.weights = QuantSpec::parse(weights);
        plan.activations = QuantSpec::parse(activations);
        const auto statistics = std::make_shared<const Statistics>(
            collectStatistics(graph, samples, sha256("data"), {}, Control()));
        state = {graph, statistics, resolve(plan, graph, *statistics, genericRules()), {}};
    }

    std::vector<AlgorithmStep> run(const std::string& choices, int workers = 1, const Control& control = {})
    {
        return runAlgorithms(parseAlgorithms(choices),
                             {graph, plan, genericRules(), samples, sha256("data"), workers}, state, control);
    }

    Graph graph;
    SeededSamples samples;
    QuantPlan plan;
    QuantState state;
};

/// The outputs of a float graph by its reference implementations.
inline Tensor outputOf(const Graph& graph, const TensorMap& inputs)
{
    return runQuantized(graph, inputs).at(graph.value(graph.outputs[0]).name);
}

} // namespace lathe::test
