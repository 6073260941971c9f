// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/gate.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::size_t mostProposals = 3;

/// Noise power over signal power; 0 where nothing differs.
double noiseRatio(const Comparison& error)
{
    return error.exact() ? 0.0 : std::pow(10.0, -error.sqnrDb() / 10);
}

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

GateResult checkGate(const EvaluationRun& run, const std::string& metric, double limit)
{
    const MetricResult* result = run.metric(metric);
    if (!result)
        throw Error(ErrorCode::labelsMissing, "gate", {{"metric", metrics().get(metric, "metric").id}});
    GateResult gate;
    gate.metric = metric;
    gate.loss = result->loss;
    gate.limit = limit;
    gate.passed = result->loss <= limit;
    gate.drift = run.outputs;
    if (!gate.passed)
        gate.toRaise = layersToRaise(run, mostProposals);
    return gate;
}

}
