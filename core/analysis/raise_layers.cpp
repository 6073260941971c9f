// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/raise_layers.h"

#include <algorithm>
#include <optional>

#include "core/evaluation/gate.h"
#include "core/quant/resolve.h"
#include "core/quant/target_refusals.h"

namespace lathe {

namespace {

constexpr double partToBlame = 0.25;

/// The next widths up, narrowest first; 32 is float.
std::vector<int> widerThan(int bits)
{
    std::vector<int> wider;
    for (const int width : {4, 8, 16, 32})
        if (width > bits)
            wider.push_back(width);
    return wider;
}

QuantSpec ofWidth(const QuantSpec& spec, int bits)
{
    QuantSpec wider = spec;
    if (bits == 32)
        return QuantSpec::parse("float32");
    if (!spec.format.isInteger())
        return QuantSpec::parse("int" + std::to_string(bits) + ":channel:symmetric");
    wider.format = NumberFormat::integer(bits, spec.format.isSigned);
    return wider;
}

bool canRise(const QuantSpec& spec)
{
    return spec.format.hasScale() && spec.format.bits < 16;
}

/// Tries choices of one layer on a target.
class Raiser
{
public:
    Raiser(const QuantPlan& plan, const Graph& graph, const std::vector<Layer>& layers, const Target& target)
        : m_plan(withLayerIds(plan, layers))
        , m_graph(graph)
        , m_layers(layers)
        , m_target(target)
    {
    }

    /// Nothing where the layer would keep what it has.
    std::optional<LayerPlan> raised(const Layer& layer, bool weights, bool activations) const
    {
        LayerPlan own;
        if (const auto found = m_plan.layers.find(layer.id); found != m_plan.layers.end())
            own = found->second;
        if (own.locked)
            return std::nullopt;
        const LayerPlan before = own;
        if (weights && layer.weight.valid())
            own.weights = widened(layer, own, &LayerPlan::weights, m_plan.weightSpec(layer.id));
        if (activations)
            own.activations = widened(layer, own, &LayerPlan::activations, m_plan.activationSpec(layer.id));
        return own == before ? std::nullopt : std::optional(own);
    }

private:
    using Part = std::optional<QuantSpec> LayerPlan::*;

    std::optional<QuantSpec> widened(const Layer& layer, const LayerPlan& own, Part part,
                                     const QuantSpec& spec) const
    {
        if (!canRise(spec))
            return own.*part;
        for (const int bits : widerThan(spec.format.bits)) {
            LayerPlan trial = own;
            trial.*part = ofWidth(spec, bits);
            if (runs(layer, trial))
                return trial.*part;
        }
        return own.*part;
    }

    bool runs(const Layer& layer, const LayerPlan& trial) const
    {
        QuantPlan plan = m_plan;
        plan.layers[layer.id] = trial;
        const QuantPlan legal = withNearestChoices(plan, m_graph, m_layers, m_target);
        const auto found = legal.layers.find(layer.id);
        return found != legal.layers.end() && found->second.weights == trial.weights &&
               found->second.activations == trial.activations;
    }

    const QuantPlan m_plan;
    const Graph& m_graph;
    const std::vector<Layer>& m_layers;
    const Target& m_target;
};

template <typename Items, typename IdOf>
auto withId(const Items& items, const std::string& id, IdOf idOf)
{
    return std::find_if(items.begin(), items.end(), [&](const auto& item) { return idOf(item) == id; });
}

}

std::vector<RaisedLayer> proposeRaises(const EvaluationRun& run, const QuantPlan& plan, const Graph& graph,
                                       const std::vector<Layer>& layers, const Target& target,
                                       std::size_t most)
{
    const Raiser raiser(plan, graph, layers, target);
    std::vector<RaisedLayer> raised;
    for (const LayerToRaise& candidate : layersToRaise(run, run.layers.size())) {
        if (raised.size() == most)
            break;
        const auto figures = withId(run.layers, candidate.layer, [](const LayerFigures& f) { return f.id; });
        const auto layer = withId(layers, candidate.layer, [](const Layer& l) { return l.id; });
        if (figures == run.layers.end() || layer == layers.end())
            continue;
        // What the layer's own activations' grid makes of it.
        const double grid = noiseRatio(figures->local) / candidate.addedNoise;
        if (auto own = raiser.raised(*layer, grid <= 1 - partToBlame, grid >= partToBlame))
            raised.push_back({candidate.layer, candidate.addedNoise, std::move(*own)});
    }
    return raised;
}

QuantPlan withRaised(const QuantPlan& plan, const std::vector<RaisedLayer>& raised)
{
    QuantPlan result = plan;
    for (const RaisedLayer& layer : raised)
        result.layers[layer.layer] = layer.plan;
    return result;
}

}
