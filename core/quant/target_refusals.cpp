// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/target_refusals.h"

#include <algorithm>
#include <set>

#include "core/quant/resolve.h"
#include "core/targets/choices.h"

namespace lathe {

namespace {

const QuantSpec floatSpec{NumberFormat::float32(), {}, false};

class RefusalFinder
{
public:
    RefusalFinder(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers, const Target& target)
        : m_graph(graph)
        , m_layers(layers)
        , m_target(target)
        , m_plan(withLayerIds(plan, layers))
        , m_layout(findPoints(graph, layers, target.placement))
    {
        for (const auto& point : m_layout.activations)
            if (point.byDefault || asksForActivations(point.layer))
                m_points.emplace(point.value, point.layer);
    }

    std::vector<TargetRefusal> run()
    {
        std::set<std::string> active;
        for (const auto& [value, layer] : m_points)
            active.insert(layer);
        for (const Layer& layer : m_layers) {
            if (layer.body)
                continue;
            if (!layer.nodes.empty())
                add(layer, TargetRefusal::Part::operation, refuseOperator(m_target, mainNode(layer)));
            if (active.contains(layer.id))
                add(layer, TargetRefusal::Part::activations, refuseActivations(m_target, activationsOf(layer.id)));
            for (const auto& point : m_layout.weights)
                if (point.layer == layer.id && !point.constantOperand)
                    addWeights(layer, point);
        }
        return std::move(m_refusals);
    }

private:
    const Node& mainNode(const Layer& layer) const { return m_graph.node(layer.nodes.front()); }

    bool asksForActivations(const std::string& layer) const
    {
        const auto own = m_plan.layers.find(layer);
        return own != m_plan.layers.end() && own->second.activations;
    }

    /// As resolve makes them: the rules may want symmetric grids whatever the plan says.
    QuantSpec activationsOf(const std::string& layer) const
    {
        QuantSpec spec = m_plan.activationSpec(layer);
        if (spec.format.isInteger() && m_target.placement.symmetricActivations)
            spec.symmetric = true;
        return spec;
    }

    QuantSpec inputsOf(const PointLayout::WeightPoint& point) const
    {
        const auto found = m_points.find(point.input);
        return found == m_points.end() ? floatSpec : activationsOf(found->second);
    }

    void addWeights(const Layer& layer, const PointLayout::WeightPoint& point)
    {
        QuantSpec weights = m_plan.weightSpec(layer.id);
        if (weights.granularity.kind == Granularity::Kind::channel && !point.perChannel)
            weights.granularity = {}; // resolve says so itself
        // Beside weights in float the inputs are dequantized first.
        const QuantSpec inputs = weights.format.isInteger() ? inputsOf(point) : floatSpec;
        add(layer, TargetRefusal::Part::weights, refuseWeights(m_target, mainNode(layer), weights, inputs));
    }

    void add(const Layer& layer, TargetRefusal::Part part, std::optional<ChoiceRefusal> refusal)
    {
        if (refusal)
            m_refusals.push_back({layer.id, part, std::move(refusal->reason), std::move(refusal->nearest)});
    }

    const Graph& m_graph;
    const std::vector<Layer>& m_layers;
    const Target& m_target;
    QuantPlan m_plan;
    PointLayout m_layout;
    std::map<std::string, std::string> m_points; ///< activation values that are quantized, with their layers
    std::vector<TargetRefusal> m_refusals;
};

/// Takes over the nearest choices of one part.
void takeNearest(QuantPlan& plan, const std::vector<TargetRefusal>& refusals, TargetRefusal::Part part)
{
    for (const TargetRefusal& refusal : refusals) {
        if (refusal.part != part || !refusal.nearest)
            continue;
        LayerPlan& own = plan.layers[refusal.layer];
        if (own.locked)
            continue;
        (part == TargetRefusal::Part::weights ? own.weights : own.activations) = refusal.nearest;
    }
}

}

std::vector<TargetRefusal> targetRefusals(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers,
                                          const Target& target)
{
    return RefusalFinder(plan, graph, layers, target).run();
}

QuantPlan withNearestChoices(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers,
                             const Target& target)
{
    QuantPlan result = withLayerIds(plan, layers);
    // Weights depend on the activations that they meet, so these come first.
    for (const auto part : {TargetRefusal::Part::activations, TargetRefusal::Part::weights})
        takeNearest(result, targetRefusals(result, graph, layers, target), part);
    return result;
}

QuantPlan retargeted(const QuantPlan& plan, const Target& target)
{
    QuantPlan result = plan;
    result.target = target.id;
    QuantSpec sameSign = plan.activations;
    sameSign.format.isSigned = target.defaultActivations.format.isSigned;
    if (refuseActivations(target, plan.activations) || sameSign == target.defaultActivations)
        result.activations = target.defaultActivations;
    const QuantSpec inputs = plan.weights.format.isInteger() ? result.activations : floatSpec;
    const auto runs = [&](const KernelRule& rule) {
        return takesWeights(rule, plan.weights) && takesInputs(rule, inputs);
    };
    if (std::none_of(target.kernels.begin(), target.kernels.end(), runs)) {
        result.weights = target.defaultWeights;
        result.activations = target.defaultActivations;
    }
    return result;
}

std::vector<Refusal> shownRefusals(const std::vector<TargetRefusal>& refusals)
{
    std::vector<Refusal> shown;
    for (const TargetRefusal& refusal : refusals)
        shown.push_back({refusal.layer, refusal.reason, refusal.nearest ? refusal.nearest->name() : ""});
    return shown;
}

}
