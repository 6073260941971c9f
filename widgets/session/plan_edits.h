// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/layers.h"
#include "core/quant/quant_plan.h"

#include <optional>
#include <string>
#include <vector>

namespace lathe {

/// Which of a layer's numbers an edit means.
enum class PlanPart {
    both,
    weights,
    activations
};

/// The edits that a person makes to a plan. Each takes a plan and gives one; locked layers stay as they are, and so do
/// the weights of layers that have none.

/// `bits` 2 to 16: integer formats of that width, keeping sign, granularity and symmetry; nothing: float32.
QuantPlan withBits(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, std::optional<int> bits);
/// The same format for all, as it is ("float16", "int4").
QuantPlan withFormat(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, const NumberFormat& format);
/// One scale of the weights for what; learned tables take no groups and keep what they have.
QuantPlan withGranularity(const QuantPlan& plan, const std::vector<Layer>& layers, const Granularity& granularity);

/// How an integer grid lies.
struct GridKind
{
    bool symmetric = true;
    bool powerOfTwo = false;
};

/// Of integer formats; others keep what they have.
QuantPlan withGrid(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, const GridKind& grid);
/// `spec` on that grid, where it has one.
QuantSpec onGrid(QuantSpec spec, const GridKind& grid);
/// `spec` in another format, symmetric where the sign of its codes changed to signed.
QuantSpec inFormat(const QuantSpec& spec, const NumberFormat& format);
QuantPlan withLocked(const QuantPlan& plan, const std::vector<Layer>& layers, bool locked);
/// Nothing: the range method decides again.
QuantPlan withClip(const QuantPlan& plan, const Layer& layer, std::optional<Range> clip);
/// Of the weights; no range of a channel or group goes beyond it. Nothing: the range method alone.
QuantPlan withWeightClip(const QuantPlan& plan, const Layer& layer, std::optional<Range> clip);
/// For one layer; nothing: the default method.
QuantPlan withMethod(const QuantPlan& plan, const std::vector<Layer>& layers, std::optional<MethodChoice> method);

/// Every layer that is not locked follows the defaults again.
QuantPlan withoutLayers(const QuantPlan& plan);

bool isLocked(const QuantPlan& plan, const std::string& layer);
/// The format that a person sees: float32 for weights of a layer without any.
std::string weightFormat(const QuantPlan& plan, const Layer& layer);
std::string activationFormat(const QuantPlan& plan, const Layer& layer);

}
