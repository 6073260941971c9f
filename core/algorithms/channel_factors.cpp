// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/channel_factors.h"

#include <vector>

#include "core/algorithms/channel_limits.h"
#include "core/base/error.h"
#include "core/graph/patch.h"
#include "core/ops/channel_axis.h"
#include "core/ops/infer_shapes.h"

namespace lathe {

namespace {

Patch factorPatch(const Graph& graph, const std::string& value, const Tensor& factors)
{
    const Node& maker = graph.node(graph.producer(graph.find(value)));
    Patch patch;
    patch.label = "factors of the channels before \"" + value + "\"";
    const std::string argument = graph.freshName(value + "/argument");
    const std::string constant = graph.freshName(value + "/factors");
    patch.constants = {{constant, factors}};
    patch.dropProducers = {value};
    patch.nodes = {{argument, "Mul", {}, {graph.value(maker.input(0)).name, constant}, {argument}, {}},
                   {maker.name, maker.op, maker.domain, {argument}, {value}, maker.attributes}};
    return patch;
}

bool isFunction(const Graph& graph, ValueId id)
{
    if (!id.valid() || !graph.producer(id).valid())
        return false;
    const Node& maker = graph.node(graph.producer(id));
    return maker.inputs.size() == 1 && maker.outputs.size() == 1;
}

} // namespace

void addChannelFactors(Graph& graph, const ChannelFactors& factors)
{
    if (factors.empty())
        return;
    Graph changed = graph;
    for (const auto& [value, held] : factors) {
        const ValueId id = changed.find(value);
        if (!isFunction(changed, id) || !fitsChannels(changed.value(id), held))
            throw Error(ErrorCode::modelInvalid, value, {{"reason", "the factors do not fit its channels"}});
        applyPatch(changed, factorPatch(changed, value, held));
    }
    inferShapes(changed);
    inferChannelAxes(changed);
    graph = std::move(changed);
}

ChannelFactors addedChannelFactors(const Graph& before, const Graph& graph)
{
    ChannelFactors factors;
    for (const Node& node : graph.nodes()) {
        if (node.op != "Mul" || node.inputs.size() != 2 ||
            before.find(graph.value(node.outputs[0]).name).valid())
            continue;
        const std::vector<NodeId> readers = graph.consumers(node.outputs[0]);
        if (const Tensor* held = graph.constant(node.inputs[1]); held && readers.size() == 1)
            factors[graph.value(graph.node(readers[0]).outputs[0]).name] = *held;
    }
    return factors;
}

} // namespace lathe
