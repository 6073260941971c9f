// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evaluation/evaluate.h"

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
    double limit = 0;
    bool passed = true;
    std::vector<OutputFigures> drift;  ///< of the graph's outputs against the float model
    std::vector<LayerToRaise> toRaise; ///< where most error comes in, worst first; empty when passed
};

/// Throws Error{labelsMissing} when the run has no such metric.
GateResult checkGate(const EvaluationRun& run, const std::string& metric, double limit);

/// The layers behind whose outputs the ratio of noise to signal grows most against the layer before, worst first.
std::vector<LayerToRaise> layersToRaise(const EvaluationRun& run, std::size_t most);

}
