// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <memory>
#include <set>

#include "core/base/control.h"
#include "core/calibration/statistics.h"
#include "core/graph/graph.h"
#include "core/numeric/placement_rules.h"
#include "core/ops/layers.h"
#include "core/quant/encodings.h"
#include "core/quant/quant_plan.h"

namespace lathe {

/// Where the rules put points in a graph, whatever the bits: the skeleton that resolve() fills and apply() inserts.
struct PointLayout {
    struct ActivationPoint {
        std::string value;                   ///< "value->node" where one reader has it on another grid
        std::string layer;                   ///< layer whose plan decides (the producer)
        int shareGroup = -1;                 ///< points of one group hold one grid; -1 = alone
        std::optional<OperandRule> fixed;    ///< fixed scale and zero-point, if the rules say so
        bool byDefault = true;               ///< false: float unless the plan gives the layer a format (Softmax)
    };
    struct WeightPoint {
        std::string value;   ///< weight constant
        std::string bias;    ///< bias constant, "" when there is none that can be quantized
        std::string input;   ///< activation value whose scale the bias uses
        std::string layer;
        int axis = 0;
        bool narrow = false;
        bool quantizeBias = true;
        bool perChannel = true;         ///< the rules and the shape allow it
        bool constantOperand = false;   ///< the constant of an Add or Mul: takes the layer's activation format, per tensor
    };
    std::vector<ActivationPoint> activations;
    std::vector<WeightPoint> weights;
};

/// Points in topological order. Only float32 values get points, and only those of the top graph.
PointLayout findPoints(const Graph& graph, const std::vector<Layer>& layers, const PlacementRules& rules);

/// The plan with every layer key an id: names are looked up. Throws Error{planInvalid} for a key that fits no layer, or
/// several.
QuantPlan withLayerIds(const QuantPlan& plan, const std::vector<Layer>& layers);

struct Resolved {
    Encodings encodings;
    Codes codes;
    std::vector<Refusal> refusals;
};

/// Plan + statistics -> grids and integer weights (round to nearest) and biases. Shared grids are ranged from merged
/// statistics. |bias code| stays <= 2^30 by flooring the weight scale. With `onlyLayers`, recomputes only what these
/// layers touch and takes the rest from `previous` (what a change of one layer's bits costs).
/// Throws Error{noStatistics, planInvalid, stopped}.
Resolved resolve(const QuantPlan& plan, const Graph& graph, const Statistics& statistics, const PlacementRules& rules,
                 const Resolved* previous = nullptr, const std::set<std::string>* onlyLayers = nullptr,
                 const Control& control = {});

/// resolve() for many plans of one graph: finds layers, points and ranges once. Graph, statistics and rules must outlive
/// it. May be used by several threads.
class PlanResolver {
public:
    PlanResolver(const Graph& graph, const Statistics& statistics, const PlacementRules& rules);
    ~PlanResolver();

    Resolved resolve(const QuantPlan& plan, const Resolved* previous = nullptr,
                     const std::set<std::string>* onlyLayers = nullptr, const Control& control = {}) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace lathe
