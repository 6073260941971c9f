// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/nested_taps.h"

#include <algorithm>

#include "core/ops/layers.h"

namespace lathe {

namespace {

using Names = std::set<std::string, std::less<>>;

void addLayers(Names& names, const Graph& graph, bool onlyBodies)
{
    for (const Layer& layer : findLayers(graph))
        if (!layer.nodes.empty() && (layer.body || !onlyBodies))
            names.insert(layer.id);
}

bool hasBodies(const Graph& graph)
{
    return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                       [](const Node& node) { return !bodies(node).empty(); });
}

}

std::set<std::string, std::less<>> nestedValues(const Graph& graph, const LatePart* late, bool tapAll)
{
    Names names;
    if (tapAll && hasBodies(graph))
        addLayers(names, graph, true);
    if (!late)
        return names;
    for (const Node& node : late->first().nodes())
        for (const ValueId id : node.outputs)
            if (id.valid() && late->first().value(id).dtype != DType::string)
                names.insert(late->first().value(id).name);
    for (const ValueId id : late->rest().outputs)
        names.insert(late->rest().value(id).name);
    if (tapAll) {
        addLayers(names, late->first(), true);
        addLayers(names, late->rest(), false);
    }
    return names;
}

TapMap tapsOf(const Program& nested, const TapMap* taps, std::string_view path)
{
    TapMap own;
    if (!taps)
        return own;
    for (auto at = taps->lower_bound(std::string(path)); at != taps->end() && at->first.starts_with(path);
         ++at) {
        const std::string inner = at->first.substr(path.size());
        if (!nested.canTap(inner))
            continue;
        own.emplace(inner, [at](const TapView& view) {
            at->second({at->first, view.shape, view.reals, view.channelsLast});
        });
    }
    return own;
}

void showTensor(const TapMap* taps, const std::string& name, const Tensor& tensor)
{
    if (!taps)
        return;
    const auto tap = taps->find(name);
    if (tap != taps->end())
        tap->second({name, tensor.shape(), tensor.toFloats()});
}

}
