// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/targets/target.h"

namespace lathe {

/// What one kernel call costs on a target.
struct LayerCost
{
    std::string id; ///< the layer's; where no layer is, the name of the output value
    std::string op;
    std::int64_t macs = 0;
    int weightBits = 0; ///< 0: no weights; 32: float
    int inputBits = 0;  ///< 0: no activations; 32: float
    double latencyMs = 0;
    double energyMj = 0;
    std::int64_t flashBytes = 0;
    std::int64_t sramBytes = 0; ///< alive while it runs
};

/// What a plan costs on a target, from the profile's cost model: a model, not a measurement.
struct PlanCost
{
    double latencyMs = 0;
    double energyMj = 0;
    std::int64_t flashBytes = 0;    ///< weights, biases, scales and zero-points in the target's containers, aligned
    std::int64_t peakSramBytes = 0; ///< size of the activation arena, without the runtime's own memory
    std::string peakLayer;          ///< where most is alive
    bool flashFits = true;
    bool sramFits = true;
    std::vector<LayerCost> layers; ///< in the order in which they run; sums are those above, but for SRAM
};

/// Costs of a quantized graph (quant/apply.h), or of a float one.
PlanCost costOf(const Graph& applied, const Target& target);

}
