// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/target_limits.h"

#include <algorithm>
#include <map>
#include <memory>

#include "core/analysis/sensitivity_cells.h"
#include "core/quant/apply.h"
#include "core/targets/choices.h"
#include "core/targets/cost.h"

namespace lathe {

namespace {

constexpr int floatBits = 32;

/// Costs by layer of plans that give all layers the same bits, each made when it is first asked for.
class UniformCosts
{
public:
    UniformCosts(const Graph& graph, const std::vector<Layer>& layers, const Statistics& statistics,
                 const QuantPlan& base, const Target& target)
        : m_graph(graph)
        , m_layers(layers)
        , m_statistics(statistics)
        , m_base(withLayerIds(base, layers))
        , m_target(target)
    {
    }

    const LayerCost& of(const Layer& layer, int weightBits, int activationBits)
    {
        const std::pair bits(weightBits == 0 ? m_base.weights.format.bits : weightBits, activationBits);
        const auto known = m_costs.find(bits);
        const auto& costs = known == m_costs.end() ? m_costs[bits] = measure(bits) : known->second;
        const auto found = costs.find(layer.id);
        return found == costs.end() ? m_nothing : found->second;
    }

private:
    using ById = std::map<std::string, LayerCost>;

    ById measure(std::pair<int, int> bits) const
    {
        const QuantPlan plan = uniformPlan(bits.first, bits.second);
        const Resolved resolved = resolve(plan, m_graph, m_statistics, m_target.placement);
        ById costs;
        for (LayerCost& cost :
             costOf(applyEncodings(m_graph, resolved.encodings, resolved.codes), m_target).layers)
            costs.emplace(cost.id, std::move(cost));
        return costs;
    }

    /// Widths count here, not grids: the quickest range method does.
    QuantPlan uniformPlan(int weightBits, int activationBits) const
    {
        QuantPlan plan = m_base;
        plan.method = MethodChoice::parse("minmax");
        for (const Layer& layer : m_layers) {
            LayerPlan& own = plan.layers[layer.id];
            own.method.reset();
            if (own.locked)
                continue;
            if (layer.weight.valid() && weightBits < floatBits)
                own.weights = weightSpecWithBits(m_base, layer.id, weightBits);
            if (m_base.activationSpec(layer.id).format.isInteger() && activationBits < floatBits)
                own.activations = activationSpecWithBits(m_base, layer.id, activationBits);
        }
        return plan;
    }

    const Graph& m_graph;
    const std::vector<Layer>& m_layers;
    const Statistics& m_statistics;
    QuantPlan m_base;
    const Target& m_target;
    std::map<std::pair<int, int>, ById> m_costs;
    LayerCost m_nothing; ///< of a layer that takes no step of its own
};

CostLimit limitOn(const char* id, std::shared_ptr<UniformCosts> costs, const Target& target,
                  double LayerCost::*ofLayer, double PlanCost::*ofPlan)
{
    CostLimit limit;
    limit.id = id;
    limit.cost = [costs = std::move(costs), ofLayer](const Layer& layer, int weightBits, int activationBits) {
        return costs->of(layer, weightBits, activationBits).*ofLayer;
    };
    limit.total = [&target, ofPlan](const Graph& applied) { return costOf(applied, target).*ofPlan; };
    return limit;
}

/// True when the asked format, or the nearest one in its place, has the bits that were asked for.
bool keepsBits(const std::optional<ChoiceRefusal>& refusal, int bits)
{
    return !refusal || (refusal->nearest && refusal->nearest->format.bits == bits &&
                        refusal->nearest->format.isInteger());
}

bool allowsActivations(const Target& target, const QuantPlan& base, const Layer& layer, int bits)
{
    if (bits == 0 || !base.activationSpec(layer.id).format.isInteger())
        return true;
    QuantSpec spec = activationSpecWithBits(base, layer.id, bits);
    spec.symmetric = spec.symmetric || target.placement.symmetricActivations;
    return keepsBits(refuseActivations(target, spec), bits);
}

bool allowsWeights(const Target& target, const QuantPlan& base, const Node& node, const Layer& layer,
                   int bits)
{
    if (bits == 0 || !base.weightSpec(layer.id).format.isInteger())
        return true;
    const QuantSpec weights = weightSpecWithBits(base, layer.id, bits);
    std::vector<QuantSpec> inputs = target.activations;
    inputs.push_back(base.activations);
    return std::any_of(inputs.begin(), inputs.end(), [&](const QuantSpec& input) {
        return input.format.isInteger() && keepsBits(refuseWeights(target, node, weights, input), bits);
    });
}

}

std::vector<CostLimit> targetLimits(const Graph& graph, const std::vector<Layer>& layers,
                                    const Statistics& statistics, const QuantPlan& base, const Target& target)
{
    const auto costs = std::make_shared<UniformCosts>(graph, layers, statistics, base, target);
    return {limitOn("latencyMs", costs, target, &LayerCost::latencyMs, &PlanCost::latencyMs),
            limitOn("energyMj", costs, target, &LayerCost::energyMj, &PlanCost::energyMj)};
}

CostLimit meanBitsLimit(const Graph& graph, const std::vector<Layer>& layers)
{
    const auto weightsOf = [&graph](const Layer& layer) {
        const bool counted = layer.weight.valid() && !layer.body;
        return counted ? static_cast<double>(graphOf(layer, graph).value(layer.weight).constant.elements()) : 0.0;
    };
    double all = 0;
    for (const Layer& layer : layers)
        all += weightsOf(layer);
    CostLimit limit;
    limit.id = "meanBits";
    limit.cost = [weightsOf, all](const Layer& layer, int weightBits, int) {
        return all > 0 ? weightsOf(layer) * weightBits / all : 0.0;
    };
    return limit;
}

std::function<bool(const Layer&, int weightBits, int activationBits)>
targetAllows(const Graph& graph, const QuantPlan& base, const Target& target)
{
    return [&graph, base, &target](const Layer& layer, int weightBits, int activationBits) {
        if (!allowsActivations(target, base, layer, activationBits))
            return false;
        return layer.nodes.empty() ||
               allowsWeights(target, base, graphOf(layer, graph).node(layer.nodes.front()), layer,
                             weightBits);
    };
}

}
