// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/gate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/ops/last_softmax.h"

namespace lathe {

namespace {

constexpr std::size_t mostProposals = 3;

const MetricResult& resultOf(const EvaluationRun& run, const std::string& metric)
{
    const MetricResult* result = run.metric(metric);
    if (!result)
        throw Error(ErrorCode::labelsMissing, "gate", {{"metric", metrics().get(metric, "metric").id}});
    return *result;
}

/// Both figures, their difference and the limit are each rounded by half a unit in the last place at most.
double roundingSlack(const MetricResult& result, double limit)
{
    const double largest = std::max({std::abs(result.floatValue), std::abs(result.quantizedValue), std::abs(limit)});
    return 2 * std::numeric_limits<double>::epsilon() * largest;
}

}

double noiseRatio(const Comparison& error)
{
    return error.exact() ? 0.0 : std::pow(10.0, -error.sqnrDb() / 10);
}

std::vector<LayerToRaise> layersToRaise(const EvaluationRun& run, std::size_t most)
{
    std::vector<LayerToRaise> layers;
    double before = 0;
    for (const LayerFigures& layer : run.layers) {
        const double noise = noiseRatio(layer.accumulated);
        // The last layer's error is large because all others' is in it: what counts is what comes in on the way.
        if (std::isfinite(noise) && noise > before)
            layers.push_back({layer.id, noise - before, layer.accumulated.sqnrDb()});
        if (std::isfinite(noise))
            before = noise;
    }
    std::stable_sort(layers.begin(), layers.end(),
                     [](const LayerToRaise& a, const LayerToRaise& b) { return a.addedNoise > b.addedNoise; });
    layers.resize(std::min(layers.size(), most));
    return layers;
}

std::vector<OutputFigures> logitDrift(const EvaluationRun& run, const Graph& graph)
{
    std::vector<OutputFigures> drift;
    for (const OutputFigures& output : run.outputs) {
        drift.push_back(output);
        const ValueId id = graph.find(output.name);
        if (!id.valid())
            continue;
        const std::string compared = comparedValue(graph, id);
        for (const LayerFigures& layer : run.layers)
            if (layer.id == compared && layer.accumulated.elements > 0)
                drift.back() = {compared, layer.accumulated};
    }
    return drift;
}

double limitOf(const EvaluationRun& run, const std::string& metric, double share)
{
    const MetricResult& result = resultOf(run, metric);
    const Metric& kind = metrics().get(metric, "metric");
    return kind.binary || kind.share ? share : share * std::abs(result.floatValue);
}

GateResult checkGate(const EvaluationRun& run, const Graph& graph, const std::string& metric, double limit)
{
    const MetricResult& result = resultOf(run, metric);
    GateResult gate;
    gate.metric = metric;
    gate.loss = result.loss;
    gate.low = result.low;
    gate.high = result.high;
    gate.limit = limit;
    gate.slack = roundingSlack(result, limit);
    gate.passed = result.loss <= limit + gate.slack;
    gate.drift = logitDrift(run, graph);
    if (!gate.passed)
        gate.toRaise = layersToRaise(run, mostProposals);
    return gate;
}

}
