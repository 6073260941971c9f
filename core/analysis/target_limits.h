// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "core/analysis/assignment.h"
#include "core/targets/target.h"

namespace lathe {

/// Latency and energy of plans by the target's cost model (targets/cost.h), as limits of a bit assignment:
/// "latencyMs" and "energyMj", infinite until they are set. A layer is taken to cost in some formats what it
/// costs where all layers have these; locked layers keep theirs. All references must outlive the result.
std::vector<CostLimit> targetLimits(const Graph& graph, const std::vector<Layer>& layers,
                                    const Statistics& statistics, const QuantPlan& base,
                                    const Target& target);

/// Bits of a weight on average, without scales: "meanBits", infinite until it is set. Weights in float
/// count 32.
CostLimit meanBitsLimit(const Graph& graph, const std::vector<Layer>& layers);

/// Whether the target keeps such activations and has, for some inputs that it keeps, a kernel for such
/// weights: integers of one scale or one a channel in that format or the nearest one of as many bits, others
/// exactly.
std::function<bool(const Layer&, const LayerFormats&)> targetAllows(const Graph& graph, const QuantPlan& base,
                                                                    const Target& target);

}
