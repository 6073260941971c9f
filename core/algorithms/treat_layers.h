// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/algorithms/weight_layer.h"

namespace lathe {

/// "passes": how many groups of layers there are at most.
Option passesOption();
/// The first layer of each group, and the number of layers.
std::vector<std::int64_t> groupBounds(std::int64_t layers, std::int64_t passes);

/// Treats layers from the first to the last, in groups, so that `treat` gets the moments of each layer's
/// input as the state is by then. `first`: of its group; the others do not see what that one makes up for and
/// must not make up for it once more. With `propagate`, inputs are those of the quantized run too; else those
/// of the float model, in one run.
void treatLayers(
    QuantState& state, const Samples& samples, const Control& control, const std::vector<WeightLayer>& layers,
    std::int64_t passes, bool propagate, const MomentOptions& options,
    const std::function<void(const WeightLayer& layer, InputMoments& moments, bool first)>& treat);

} // namespace lathe
