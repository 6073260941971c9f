// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "core/analysis/assignment.h"
#include "core/targets/target.h"

namespace lathe {

/// Latency and energy of plans by the target's cost model (targets/cost.h), as limits of a bit assignment:
/// "latencyMs" and "energyMj", infinite until they are set. A layer is taken to cost at some bits what it
/// costs where all layers have these; locked layers keep theirs. All references must outlive the result.
std::vector<CostLimit> targetLimits(const Graph& graph, const std::vector<Layer>& layers,
                                    const Statistics& statistics, const QuantPlan& base,
                                    const Target& target);

/// Bits of a weight on average, without scales: "meanBits", infinite until it is set. Weights in float count 32.
CostLimit meanBitsLimit(const Graph& graph, const std::vector<Layer>& layers);

/// Whether the target keeps activations at such bits and has, for some inputs, a kernel for such weights, in
/// the formats that `base` asks for or the nearest ones.
std::function<bool(const Layer&, int weightBits, int activationBits)>
targetAllows(const Graph& graph, const QuantPlan& base, const Target& target);

}
