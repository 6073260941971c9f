// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/target_limits.h"

#include <algorithm>
#include <map>
#include <memory>

#include "core/quant/apply.h"
#include "core/targets/choices.h"
#include "core/targets/cost.h"

namespace lathe {

namespace {

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

    const LayerCost& of(const Layer& layer, const LayerFormats& formats)
    {
        const QuantSpec weights = formats.weights.value_or(m_base.weights);
        const QuantSpec activations = formats.activations.value_or(m_base.activations);
        const std::pair names(weights.name(), activations.name());
        const auto known = m_costs.find(names);
        const auto& costs =
            known == m_costs.end() ? m_costs[names] = measure(weights, activations) : known->second;
        const auto found = costs.find(layer.id);
        return found == costs.end() ? m_nothing : found->second;
    }

private:
    using ById = std::map<std::string, LayerCost>;

    ById measure(const QuantSpec& weights, const QuantSpec& activations) const
    {
        const QuantPlan plan = uniformPlan(weights, activations);
        const Resolved resolved = resolve(plan, m_graph, m_statistics, m_target.placement);
        ById costs;
        for (LayerCost& cost :
             costOf(applyEncodings(m_graph, resolved.encodings, resolved.codes), m_target).layers)
            costs.emplace(cost.id, std::move(cost));
        return costs;
    }

    /// Formats count here, not grids: the quickest range method does. What the plan has in float stays so.
    QuantPlan uniformPlan(const QuantSpec& weights, const QuantSpec& activations) const
    {
        QuantPlan plan = m_base;
        plan.method = MethodChoice::parse("minmax");
        for (const Layer& layer : m_layers) {
            LayerPlan& own = plan.layers[layer.id];
            own.method.reset();
            if (own.locked)
                continue;
            if (layer.weight.valid() && m_base.weightSpec(layer.id).format.isInteger())
                own.weights = weights;
            if (m_base.activationSpec(layer.id).format.isInteger())
                own.activations = activations;
        }
        return plan;
    }

    const Graph& m_graph;
    const std::vector<Layer>& m_layers;
    const Statistics& m_statistics;
    QuantPlan m_base;
    const Target& m_target;
    std::map<std::pair<std::string, std::string>, ById> m_costs; ///< by formats of weights and activations
    LayerCost m_nothing;                                         ///< of a layer that takes no step of its own
};

CostLimit limitOn(const char* id, std::shared_ptr<UniformCosts> costs, const Target& target,
                  double LayerCost::*ofLayer, double PlanCost::*ofPlan)
{
    CostLimit limit;
    limit.id = id;
    limit.cost = [costs = std::move(costs), ofLayer](const Layer& layer, const LayerFormats& formats) {
        return costs->of(layer, formats).*ofLayer;
    };
    limit.total = [&target, ofPlan](const Graph& applied) { return costOf(applied, target).*ofPlan; };
    return limit;
}

/// True when the target has what is asked. Of integers whose grid is a tensor's or a channel's only the bits
/// count: the nearest format takes their place.
bool takes(const std::optional<ChoiceRefusal>& refusal, const QuantSpec& asked)
{
    if (!refusal)
        return true;
    const bool replaceable = asked.format.isInteger() && asked.granularity.kind != Granularity::Kind::group;
    return replaceable && refusal->nearest && refusal->nearest->format.bits == asked.format.bits &&
           refusal->nearest->format.isInteger() &&
           refusal->nearest->granularity.kind != Granularity::Kind::group;
}

bool allowsActivations(const Target& target, const QuantPlan& base, const Layer& layer,
                       const std::optional<QuantSpec>& asked)
{
    if (!asked || !base.activationSpec(layer.id).format.isInteger())
        return true;
    QuantSpec spec = *asked;
    spec.symmetric = spec.symmetric || target.placement.symmetricActivations;
    return takes(refuseActivations(target, spec), spec);
}

/// What the weights may meet: beside weights that are no integers the inputs are dequantized first.
std::vector<QuantSpec> inputsBeside(const Target& target, const QuantPlan& base, const QuantSpec& weights)
{
    if (!weights.format.isInteger())
        return {QuantSpec::parse("float32")};
    std::vector<QuantSpec> inputs = target.activations;
    inputs.push_back(base.activations);
    std::erase_if(inputs, [&](const QuantSpec& input) {
        return input.format.isInteger() != base.activations.format.isInteger();
    });
    return inputs;
}

bool allowsWeights(const Target& target, const QuantPlan& base, const Node& node, const Layer& layer,
                   const std::optional<QuantSpec>& asked)
{
    if (!asked || !base.weightSpec(layer.id).format.isInteger())
        return true;
    const std::vector<QuantSpec> inputs = inputsBeside(target, base, *asked);
    return std::any_of(inputs.begin(), inputs.end(), [&](const QuantSpec& input) {
        return takes(refuseWeights(target, node, *asked, input), *asked);
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
        return counted ? static_cast<double>(graphOf(layer, graph).value(layer.weight).constant.elements())
                       : 0.0;
    };
    double all = 0;
    for (const Layer& layer : layers)
        all += weightsOf(layer);
    CostLimit limit;
    limit.id = "meanBits";
    limit.cost = [weightsOf, all](const Layer& layer, const LayerFormats& formats) {
        return all > 0 && formats.weights ? weightsOf(layer) * formats.weights->format.bits / all : 0.0;
    };
    return limit;
}

std::function<bool(const Layer&, const LayerFormats&)> targetAllows(const Graph& graph, const QuantPlan& base,
                                                                    const Target& target)
{
    return [&graph, base, &target](const Layer& layer, const LayerFormats& formats) {
        if (!allowsActivations(target, base, layer, formats.activations))
            return false;
        return layer.nodes.empty() ||
               allowsWeights(target, base, graphOf(layer, graph).node(layer.nodes.front()), layer,
                             formats.weights);
    };
}

}
