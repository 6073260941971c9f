// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/table.h"
#include "core/calibration/statistics.h"
#include "core/graph/graph.h"
#include "core/ops/layers.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"

namespace lathe {

/// What may mend a finding in one step: other choices for some layers, or an algorithm to run.
struct Remedy
{
    std::string text;                        ///< what it does, as an order: "Give ... 16 bits."
    std::map<std::string, LayerPlan> layers; ///< by layer id: what takes the place of the layer's own choices
    std::string algorithm;                   ///< id; empty: the change of the plan is all

    bool isEmpty() const { return layers.empty() && algorithm.empty(); }
};

/// Something in a quantized model that costs accuracy, with its evidence.
struct Finding
{
    std::string kind;  ///< "outlierChannel"
    std::string layer; ///< id
    double value = 0;  ///< the figure that the kind goes by; its kind says what it is
    std::string text;  ///< the evidence, one sentence
    Remedy remedy;     ///< empty where nothing in a plan helps
};

/// What findings are made from: a plan, and what came of it.
struct Diagnosed
{
    const Graph& graph;
    const std::vector<Layer>& layers;
    const QuantPlan& plan; ///< by layer ids
    const Statistics& statistics;
    const Resolved& resolved;
    const PointLayout& layout;

    /// The statistics of a layer's activations; null where there are none.
    const TensorStatistics* statisticsOf(const std::string& layer) const;
    /// The grid of its activations and of its weights; null where they stay in float.
    EncodingPtr activationsOf(const std::string& layer) const;
    EncodingPtr weightsOf(const Layer& layer) const;
    /// The layer's choices with other activations or weights.
    LayerPlan withActivations(const std::string& layer, const QuantSpec& spec) const;
    LayerPlan withWeights(const std::string& layer, const QuantSpec& spec) const;
    LayerPlan ownPlan(const std::string& layer) const;
};

/// A layer's activations that are on integer steps, with what calibration saw of them.
struct SeenGrid
{
    const Layer& layer;
    const TensorStatistics& statistics;
    const Encoding& encoding;
};
/// Those of all layers, in their order.
std::vector<SeenGrid> integerGrids(const Diagnosed& diagnosed);

/// Whether it ends in probabilities: a softmax or sigmoid.
bool isHead(const Layer& layer);
/// How far from zero a range goes.
double reachOf(float low, float high);

/// One kind of finding.
struct FindingKind
{
    std::string id;
    std::string label;
    std::string summary; ///< what the value of such a finding is, and from when on it is one
    std::vector<Finding> (*find)(const Diagnosed&) = nullptr;
};

const Table<FindingKind>& findingKinds();

/// All findings of a plan, by kind and then in the order of the layers, from statistics and grids alone:
/// nothing is run. Throws Error{planInvalid} for layers that do not exist.
std::vector<Finding> diagnose(const Graph& graph, const std::vector<Layer>& layers, const QuantPlan& plan,
                              const Statistics& statistics, const Resolved& resolved,
                              const PlacementRules& rules);

/// The plan with a remedy's choices; locked layers stay.
QuantPlan withRemedy(const QuantPlan& plan, const Remedy& remedy);

}
