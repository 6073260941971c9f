// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/ops/layers.h"
#include "core/quant/quant_plan.h"

namespace lathe {

/// The ids of the first and the last layer with weights; one where they are the same.
std::set<std::string> endLayers(const std::vector<Layer>& layers);

/// The plan with at least `bits` at both ends of the model, as published figures for few bits mostly have it
/// (Li et al., "BRECQ", ICLR 2021): weights and outputs of the first and the last layer, graph inputs, and
/// what the last layer reads, back through layers without weights (pooling ...). What is in float, or
/// locked, stays.
QuantPlan withWideEnds(QuantPlan plan, const Graph& graph, const std::vector<Layer>& layers, int bits);

} // namespace lathe
