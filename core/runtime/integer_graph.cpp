// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/integer_graph.h"

#include <algorithm>
#include <array>

#include "core/ops/layers.h"
#include "core/runtime/integer_writer.h"

namespace lathe {

namespace {

/// What must exist on its own in the simulated program, so that both group the same nodes.
FusionLimits limitsOf(const PointedGraph& pointed, const CompileOptions& options)
{
    const Graph& graph = pointed.graph;
    FusionLimits limits;
    limits.residuals = false;
    limits.mustExist.assign(graph.values().size(), false);
    const auto keep = [&](ValueId id) { limits.mustExist[static_cast<std::size_t>(id.index)] = true; };
    for (const ValueId id : graph.outputs)
        keep(id);
    if (options.tapAll)
        for (const Layer& layer : findLayers(graph))
            keep(layer.output);
    for (const Slot& slot : pointed.slotList)
        if (const ValueId id = graph.find(slot.value); id.valid() && slot.kind == Slot::Kind::activation)
            keep(id);
    return limits;
}

bool shapesKnown(const Graph& graph, const Group& group)
{
    const auto known = [&](ValueId id) {
        return !id.valid() || (graph.value(id).shape && graph.value(id).shape->isStatic());
    };
    return std::all_of(group.nodes.begin(), group.nodes.end(), [&](NodeId node) {
        const auto& inputs = graph.node(node).inputs;
        const auto& outputs = graph.node(node).outputs;
        return std::all_of(inputs.begin(), inputs.end(), known) &&
               std::all_of(outputs.begin(), outputs.end(), known);
    });
}

void write(IntegerWriter& writer, const Group& group)
{
    constexpr std::array<IntegerForm, 6> forms{writeWeightedForm, writePairForm,   writePoolForm,
                                               writeMovingForm,   writeConcatForm, writeTableForm};
    std::string reason;
    if (shapesKnown(writer.old(), group))
        for (const IntegerForm form : forms)
            if (form(writer, group, reason))
                return;
    for (const NodeId node : group.nodes)
        writer.copyNode(writer.old().node(node), reason);
}

}

IntegerGraph toIntegerGraph(const PointedGraph& pointed, const CompileOptions& options)
{
    // A body reads outer values by name, as real numbers.
    const auto& nodes = pointed.graph.nodes();
    if (std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return !bodies(node).empty(); }))
        return {.pointed = pointed, .grids = {}, .names = {}, .reasons = {}};
    IntegerWriter writer(pointed);
    for (const Group& group : findGroups(pointed.graph, limitsOf(pointed, options))) {
        if (group.shuffledGroups == 0)
            write(writer, group);
        else // three moves, found again among bytes
            for (const Group& single : singles(pointed.graph, group))
                write(writer, single);
    }
    return writer.finish();
}

}
