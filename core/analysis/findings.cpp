// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/findings.h"

#include <algorithm>
#include <cmath>

namespace lathe {

namespace {

EncodingPtr encodingIn(const std::map<std::string, EncodingPtr>& encodings, const std::string& value)
{
    const auto found = encodings.find(value);
    return found == encodings.end() ? nullptr : found->second;
}

}

#define FINDING(file) void register_##file(Table<FindingKind>& table);
#include "core/analysis/findings.def"
#undef FINDING

const Table<FindingKind>& findingKinds()
{
    static const Table<FindingKind> table = [] {
        Table<FindingKind> filled;
#define FINDING(file) register_##file(filled);
#include "core/analysis/findings.def"
#undef FINDING
        return filled;
    }();
    return table;
}

const TensorStatistics* Diagnosed::statisticsOf(const std::string& layer) const
{
    const auto found = statistics.tensors.find(valueOfLayer(layer));
    return found == statistics.tensors.end() ? nullptr : &found->second;
}

EncodingPtr Diagnosed::activationsOf(const std::string& layer) const
{
    return encodingIn(resolved.encodings.activations, valueOfLayer(layer));
}

EncodingPtr Diagnosed::weightsOf(const Layer& layer) const
{
    return layer.weight.valid()
               ? encodingIn(resolved.encodings.weights, graphOf(layer, graph).value(layer.weight).name)
               : nullptr;
}

LayerPlan Diagnosed::ownPlan(const std::string& layer) const
{
    const auto found = plan.layers.find(layer);
    return found == plan.layers.end() ? LayerPlan() : found->second;
}

LayerPlan Diagnosed::withActivations(const std::string& layer, const QuantSpec& spec) const
{
    LayerPlan own = ownPlan(layer);
    own.activations = spec;
    return own;
}

LayerPlan Diagnosed::withWeights(const std::string& layer, const QuantSpec& spec) const
{
    LayerPlan own = ownPlan(layer);
    own.weights = spec;
    return own;
}

std::vector<SeenGrid> integerGrids(const Diagnosed& diagnosed)
{
    std::vector<SeenGrid> grids;
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* statistics = diagnosed.statisticsOf(layer.id);
        const EncodingPtr encoding = diagnosed.activationsOf(layer.id);
        if (statistics && encoding && encoding->format.isInteger())
            grids.push_back({layer, *statistics, *encoding});
    }
    return grids;
}

bool isHead(const Layer& layer)
{
    return layer.op.ends_with("Softmax") || layer.op.ends_with("Sigmoid");
}

double reachOf(float low, float high)
{
    return std::max(std::abs(low), std::abs(high));
}

std::vector<Finding> diagnose(const Graph& graph, const std::vector<Layer>& layers, const QuantPlan& plan,
                              const Statistics& statistics, const Resolved& resolved,
                              const PlacementRules& rules)
{
    const QuantPlan byId = withLayerIds(plan, layers);
    const PointLayout layout = findPoints(graph, layers, rules);
    const Diagnosed diagnosed{graph, layers, byId, statistics, resolved, layout};
    std::vector<Finding> findings;
    for (const FindingKind& kind : findingKinds())
        for (Finding& finding : kind.find(diagnosed)) {
            finding.kind = kind.id;
            findings.push_back(std::move(finding));
        }
    return findings;
}

QuantPlan withRemedy(const QuantPlan& plan, const Remedy& remedy)
{
    QuantPlan result = plan;
    for (const auto& [id, layer] : remedy.layers)
        if (LayerPlan& own = result.layers[id]; !own.locked)
            own = layer;
    return result;
}

}
