// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan_ends.h"

#include <algorithm>
#include <optional>

namespace lathe {

namespace {

/// Nothing where the spec has no scale, or as many bits already.
std::optional<QuantSpec> widened(QuantSpec spec, int bits)
{
    if (!spec.format.hasScale() || spec.format.bits >= bits)
        return std::nullopt;
    if (spec.format.isInteger())
        spec.format.bits = bits;
    else
        spec = {NumberFormat::integer(bits, true), {Granularity::Kind::channel}, true};
    return spec;
}

bool isLocked(const QuantPlan& plan, const std::string& layer)
{
    const auto own = plan.layers.find(layer);
    return own != plan.layers.end() && own->second.locked;
}

/// `part`: of the layer, with the spec that it has by now.
void widen(QuantPlan& plan, const std::string& layer, std::optional<QuantSpec> LayerPlan::*part,
           const QuantSpec& present, int bits)
{
    if (const std::optional<QuantSpec> spec = widened(present, bits); spec && !isLocked(plan, layer))
        plan.layers[layer].*part = spec;
}

void widenActivations(QuantPlan& plan, const std::string& layer, int bits)
{
    widen(plan, layer, &LayerPlan::activations, plan.activationSpec(layer), bits);
}

/// Layers whose outputs a node reads, through nodes that belong to none (Reshape ...).
std::vector<const Layer*> readBy(const Graph& graph, const Node& node, const std::vector<Layer>& layers)
{
    std::vector<const Layer*> sources;
    for (const ValueId id : node.inputs) {
        const auto found = std::find_if(layers.begin(), layers.end(), [&](const Layer& layer) {
            return id.valid() && !layer.body && layer.output == id;
        });
        if (found != layers.end()) {
            sources.push_back(&*found);
        } else if (const NodeId producer = id.valid() ? graph.producer(id) : NodeId(); producer.valid()) {
            const auto further = readBy(graph, graph.node(producer), layers);
            sources.insert(sources.end(), further.begin(), further.end());
        }
    }
    return sources;
}

std::vector<const Layer*> readBy(const Graph& graph, const Layer& layer, const std::vector<Layer>& layers)
{
    return layer.nodes.empty() ? std::vector<const Layer*>()
                               : readBy(graph, graph.node(layer.nodes.front()), layers);
}

} // namespace

std::set<std::string> endLayers(const std::vector<Layer>& layers)
{
    const auto hasWeight = [](const Layer& layer) { return layer.weight.valid() && !layer.body; };
    const auto first = std::find_if(layers.begin(), layers.end(), hasWeight);
    const auto last = std::find_if(layers.rbegin(), layers.rend(), hasWeight);
    if (first == layers.end())
        return {};
    return {first->id, last->id};
}

QuantPlan withWideEnds(QuantPlan plan, const Graph& graph, const std::vector<Layer>& layers, int bits)
{
    const std::set<std::string> ends = endLayers(layers);
    const Layer* last = nullptr;
    for (const Layer& layer : layers) {
        if (layer.op == "Input")
            widenActivations(plan, layer.id, bits);
        if (!ends.contains(layer.id))
            continue;
        widen(plan, layer.id, &LayerPlan::weights, plan.weightSpec(layer.id), bits);
        widenActivations(plan, layer.id, bits);
        last = &layer;
    }
    std::vector<const Layer*> open = last ? readBy(graph, *last, layers) : std::vector<const Layer*>();
    while (!open.empty()) {
        const Layer& layer = *open.back();
        open.pop_back();
        widenActivations(plan, layer.id, bits);
        // Behind a sum or a concatenation there are several grids, which may well be narrow.
        if (const auto sources = readBy(graph, layer, layers); !layer.weight.valid() && sources.size() == 1)
            open.push_back(sources.front());
    }
    return plan;
}

} // namespace lathe
