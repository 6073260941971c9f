// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that are a name for several others give way to those, so that every layer in them can be seen and
// quantized.
#include <map>

#include "core/graph/lookup.h"
#include "core/ops/op.h"
#include "core/passes/pass.h"

namespace lathe {

namespace {

ValueInfo infoOf(const Graph& graph, ValueId id)
{
    if (!id.valid())
        return {};
    const Value& value = graph.value(id);
    return {value.dtype, value.shape, value.constant};
}

bool makesAllOutputs(const Node& node, const Expansion& expansion)
{
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid() && (i >= expansion.outputs.size() || expansion.outputs[i].empty()))
            return false;
    return true;
}

/// The name in `graph` of every value of the expansion.
std::map<std::string, std::string> outerNames(const Graph& graph, const Node& node,
                                              const Expansion& expansion)
{
    std::map<std::string, std::string> names;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i].valid())
            names["in" + std::to_string(i)] = graph.value(node.inputs[i]).name;
    std::string stem;
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid()) {
            names.emplace(expansion.outputs[i], graph.value(node.outputs[i]).name);
            stem = stem.empty() ? graph.value(node.outputs[i]).name : stem;
        }
    for (const Value& value : expansion.graph->values())
        if (!names.contains(value.name))
            names[value.name] = graph.freshName(stem + "/" + value.name);
    return names;
}

void addNodes(const Graph& graph, const Node& node, const Expansion& expansion, Patch& patch)
{
    const std::map<std::string, std::string> names = outerNames(graph, node, expansion);
    const Graph& inner = *expansion.graph;
    const auto outer = [&](ValueId id) {
        return id.valid() ? names.at(inner.value(id).name) : std::string();
    };
    for (const Value& value : inner.values())
        if (value.isConstant() && !graph.find(names.at(value.name)).valid())
            patch.constants.emplace_back(names.at(value.name), value.constant);
    for (const Node& part : inner.nodes()) {
        Patch::NewNode made{node.name.empty() ? "" : node.name + "/" + part.op,
                            part.op,
                            part.domain,
                            {},
                            {},
                            part.attributes};
        for (const ValueId id : part.inputs)
            made.inputs.push_back(outer(id));
        for (const ValueId id : part.outputs)
            made.outputs.push_back(outer(id));
        patch.nodes.push_back(std::move(made));
    }
    for (const ValueId id : node.outputs)
        if (id.valid())
            patch.dropProducers.push_back(graph.value(id).name);
}

Edits expandComposites(const Graph& graph, const Control& control)
{
    const int opset = opsetOf(graph);
    Edits edits;
    for (const Node& node : graph.nodes()) {
        control.throwIfStopped();
        const Op* op = findOp(node);
        if (!op || !op->expand || !node.unsupported.empty())
            continue;
        std::vector<ValueInfo> infos;
        for (const ValueId id : node.inputs)
            infos.push_back(infoOf(graph, id));
        const Expansion expansion = op->expand({node, infos, opset});
        if (!expansion.graph || !makesAllOutputs(node, expansion))
            continue;
        addNodes(graph, node, expansion, edits.patch);
        ++edits.count;
    }
    return edits;
}

}

void register_expand_composites(Table<Pass>& table)
{
    table.add({.id = "expand_composites",
               .label = "Fused operators written out in their parts",
               .find = expandComposites});
}

}
