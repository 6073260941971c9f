// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evaluation/evaluate.h"
#include "core/graph/graph.h"

namespace lathe {

/// Half a point of accuracy: what a quantized model may lose unless another limit is set.
inline constexpr double defaultMaxDrop = 0.005;

/// A layer that a failed gate proposes to give more bits.
struct LayerToRaise
{
    std::string layer;
    double addedNoise = 0;        ///< noise power over signal power that comes in here
    double accumulatedSqnrDb = 0; ///< at its output
};

/// Whether a quantized model may ship: the loss of one metric against a limit, and how far the outputs drifted.
struct GateResult
{
    std::string metric;
    double loss = 0;
    double low = 0; ///< of the paired 95 % interval of the loss
    double high = 0;
    double limit = 0;
    double slack = 0; ///< what rounding can have made of a loss that is the limit
    bool passed = true;
    std::vector<OutputFigures> drift;  ///< as logitDrift
    std::vector<LayerToRaise> toRaise; ///< where most error comes in, worst first; empty when passed

    /// Whether the whole interval lies on one side of the limit; more samples may change the verdict otherwise.
    bool settled() const { return high <= limit + slack || low > limit + slack; }
};

/// Noise power over signal power; 0 where nothing differs.
double noiseRatio(const Comparison& error);

/// How far the outputs went from the float model's: where an output is a Softmax, the value before it (its
/// logits), in whose output a confident model hides its errors. Needs the run's layer figures for that; outputs
/// themselves else. `graph` is the float model.
std::vector<OutputFigures> logitDrift(const EvaluationRun& run, const Graph& graph);

/// The limit that a drop of `share` (0.005) means in the metric's unit: itself for shares such as accuracy, and
/// that part of the float model's figure for others.
double limitOf(const EvaluationRun& run, const std::string& metric, double share);

/// A loss of exactly `limit` passes, whatever rounding made of the two figures, their difference and the limit.
/// Throws Error{labelsMissing} when the run has no such metric.
GateResult checkGate(const EvaluationRun& run, const Graph& graph, const std::string& metric, double limit);

/// The layers behind whose outputs the ratio of noise to signal grows most against the layer before, worst first.
std::vector<LayerToRaise> layersToRaise(const EvaluationRun& run, std::size_t most);

}
