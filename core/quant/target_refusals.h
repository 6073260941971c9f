// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/ops/layers.h"
#include "core/quant/encodings.h"
#include "core/quant/quant_plan.h"
#include "core/targets/target.h"

namespace lathe {

/// A choice of a plan that a target cannot run. It is simulated all the same, and refused at export.
struct TargetRefusal
{
    enum class Part : std::uint8_t { operation, weights, activations };

    std::string layer;
    Part part = Part::operation;
    std::string reason;
    std::optional<QuantSpec> nearest; ///< nothing where no other format of this part helps
};

/// What of `plan` the target cannot run, layer by layer in their order. Throws Error{planInvalid} as withLayerIds does.
std::vector<TargetRefusal> targetRefusals(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers,
                                          const Target& target);

/// The plan with the nearest legal choice in place of every illegal one: what layers ask for, and where the default is
/// the illegal choice, the layers that follow it. Locked layers stay.
QuantPlan withNearestChoices(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers,
                             const Target& target);

/// The plan for another target. Defaults that it cannot run become its own; what layers ask for stays.
QuantPlan retargeted(const QuantPlan& plan, const Target& target);

/// As every other refusal is shown.
std::vector<Refusal> shownRefusals(const std::vector<TargetRefusal>& refusals);

}
