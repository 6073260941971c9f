// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <set>

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
        std::string value;
        std::string layer;                   ///< layer whose plan decides (the producer)
        int shareGroup = -1;                 ///< points of one group hold one grid; -1 = alone
        std::optional<OperandRule> fixed;    ///< fixed scale and zero-point, if the rules say so
    };
    struct WeightPoint {
        std::string value;   ///< weight constant
        std::string bias;    ///< bias constant, "" when none
        std::string input;   ///< activation value whose scale the bias uses
        std::string layer;
        int axis = 0;
        bool narrow = false;
        bool quantizeBias = true;
    };
    std::vector<ActivationPoint> activations;
    std::vector<WeightPoint> weights;
};

PointLayout findPoints(const Graph& graph, const std::vector<Layer>& layers, const PlacementRules& rules);

struct Resolved {
    Encodings encodings;
    Codes codes;
    std::vector<Refusal> refusals;
};

/// Plan + statistics -> grids and integer weights (round to nearest) and biases. Shared grids are ranged from merged
/// statistics. |bias code| stays <= 2^30 by flooring the weight scale. With `onlyLayers`, recomputes only what these
/// layers touch and takes the rest from `previous` (what a change of one layer's bits costs).
/// Throws Error{noStatistics, planInvalid}.
Resolved resolve(const QuantPlan& plan, const Graph& graph, const Statistics& statistics, const PlacementRules& rules,
                 const Resolved* previous = nullptr, const std::set<std::string>* onlyLayers = nullptr);

}  // namespace lathe
