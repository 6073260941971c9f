// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evaluation/evaluate.h"
#include "core/ops/layers.h"
#include "core/quant/quant_plan.h"
#include "core/targets/target.h"

namespace lathe {

/// More bits for one layer that a failed gate proposes.
struct RaisedLayer
{
    std::string layer;
    double addedNoise = 0; ///< noise power over signal power that comes in here
    LayerPlan plan;        ///< takes the place of the layer's own choices
};

/// What to give more bits, at most `most` layers, those where most noise comes in first (layersToRaise).
/// Where a quarter of a layer's added noise or more is that of its own activations' grid, the activations are
/// raised, and its weights where a quarter or more is not: to 4, 8 or 16 bits, else to float, whichever comes
/// first that the target runs. Layers that are locked, have nothing to raise or would keep what they have are
/// passed over. `run` must be of `plan` and hold layer figures. Throws Error{planInvalid} as withLayerIds.
std::vector<RaisedLayer> proposeRaises(const EvaluationRun& run, const QuantPlan& plan, const Graph& graph,
                                       const std::vector<Layer>& layers, const Target& target,
                                       std::size_t most);

/// The plan with these choices.
QuantPlan withRaised(const QuantPlan& plan, const std::vector<RaisedLayer>& raised);

}
