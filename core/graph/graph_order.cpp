// SPDX-License-Identifier: GPL-3.0-or-later
// Order and consistency of a graph: sort, compact, validate.
#include <algorithm>
#include <functional>
#include <queue>
#include <set>

#include "core/graph/graph.h"

namespace lathe {
namespace {

using Index = std::size_t;

[[noreturn]] void fail(const std::string& where, std::string reason) {
    throw Error(ErrorCode::modelInvalid, where, {{"reason", std::move(reason)}});
}

/// For each node, the nodes that produce what it needs, each once.
std::vector<std::vector<Index>> predecessors(const Graph& graph) {
    std::vector<std::vector<Index>> result(graph.nodes().size());
    for (Index i = 0; i < result.size(); ++i) {
        for (ValueId id : neededBy(graph, graph.nodes()[i]))
            if (const NodeId node = graph.producer(id); node.valid()) result[i].push_back(static_cast<Index>(node.index));
        std::sort(result[i].begin(), result[i].end());
        result[i].erase(std::unique(result[i].begin(), result[i].end()), result[i].end());
    }
    return result;
}

/// Walks back from a node that could not be ordered until one repeats; "a -> b -> a".
std::string cycleText(const Graph& graph, const std::vector<std::vector<Index>>& before, const std::vector<bool>& placed) {
    Index at = static_cast<Index>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    std::vector<Index> path;
    while (std::find(path.begin(), path.end(), at) == path.end()) {
        path.push_back(at);
        at = *std::find_if(before[at].begin(), before[at].end(), [&](Index i) { return !placed[i]; });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), at));
    path.push_back(at);
    constexpr Index shown = 6;
    std::string text;
    for (Index i = 0; i < path.size() && i < shown; ++i) {
        const Node& node = graph.nodes()[path[path.size() - 1 - i]];
        const auto output = std::find_if(node.outputs.begin(), node.outputs.end(), [](ValueId id) { return id.valid(); });
        text += (i ? " -> " : "") + (output == node.outputs.end() ? node.label() : graph.value(*output).name);
    }
    return path.size() > shown ? text + " -> ..." : text;
}

std::vector<Index> topologicalOrder(const Graph& graph) {
    const auto before = predecessors(graph);
    std::vector<std::vector<Index>> after(before.size());
    std::vector<Index> open(before.size());
    std::priority_queue<Index, std::vector<Index>, std::greater<>> ready;
    for (Index i = 0; i < before.size(); ++i) {
        open[i] = before[i].size();
        if (open[i] == 0) ready.push(i);
        for (Index b : before[i]) after[b].push_back(i);
    }
    std::vector<Index> order;
    std::vector<bool> placed(before.size());
    while (!ready.empty()) {
        const Index i = ready.top();
        ready.pop();
        order.push_back(i);
        placed[i] = true;
        for (Index next : after[i])
            if (--open[next] == 0) ready.push(next);
    }
    if (order.size() != before.size())
        fail(graph.name.empty() ? "graph" : graph.name, "its nodes form a cycle: " + cycleText(graph, before, placed));
    return order;
}

}  // namespace

void Graph::sort() {
    const std::vector<Index> order = topologicalOrder(*this);
    std::vector<Node> sorted;
    sorted.reserve(m_nodes.size());
    for (Index i : order) sorted.push_back(std::move(m_nodes[i]));
    m_nodes = std::move(sorted);
    for (Index i = 0; i < m_nodes.size(); ++i)
        for (ValueId id : m_nodes[i].outputs)
            if (id.valid()) m_producer[static_cast<Index>(id.index)] = static_cast<std::int32_t>(i);
}

void Graph::compact() {
    sort();
    std::vector<bool> live(m_values.size());
    std::vector<bool> kept(m_nodes.size());
    for (ValueId id : outputs) live[static_cast<Index>(id.index)] = true;
    for (Index i = m_nodes.size(); i-- > 0;) {
        const Node& node = m_nodes[i];
        kept[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                              [&](ValueId id) { return id.valid() && live[static_cast<Index>(id.index)]; });
        if (!kept[i]) continue;
        for (ValueId id : neededBy(*this, node)) live[static_cast<Index>(id.index)] = true;
        for (ValueId id : node.outputs)
            if (id.valid()) live[static_cast<Index>(id.index)] = true;
    }
    std::erase_if(captures, [&](ValueId id) { return !live[static_cast<Index>(id.index)]; });
    for (ValueId id : inputs) live[static_cast<Index>(id.index)] = true;

    Graph result;
    std::vector<std::int32_t> moved(m_values.size(), -1);
    for (Index i = 0; i < m_values.size(); ++i)
        if (live[i]) moved[i] = result.addValue(std::move(m_values[i])).index;
    const auto move = [&](std::vector<ValueId>& ids) {
        for (ValueId& id : ids)
            if (id.valid()) id.index = moved[static_cast<Index>(id.index)];
    };
    for (Index i = 0; i < m_nodes.size(); ++i) {
        if (!kept[i]) continue;
        move(m_nodes[i].inputs);
        move(m_nodes[i].outputs);
        result.addNode(std::move(m_nodes[i]));
    }
    move(inputs);
    move(outputs);
    move(captures);
    m_values = std::move(result.m_values);
    m_nodes = std::move(result.m_nodes);
    m_byName = std::move(result.m_byName);
    m_producer = std::move(result.m_producer);
}

void Graph::validate() const {
    const auto inRange = [&](ValueId id) { return id.valid() && static_cast<Index>(id.index) < m_values.size(); };
    if (m_byName.size() != m_values.size()) fail(name, "its value names are not unique");
    for (const auto& [key, index] : m_byName)
        if (m_values[static_cast<Index>(index)].name != key) fail(key, "the value was renamed behind the graph's back");

    std::vector<bool> defined(m_values.size());
    const auto define = [&](ValueId id, const std::string& where) {
        if (!inRange(id)) fail(where, "it writes a value that does not exist");
        if (defined[static_cast<Index>(id.index)]) fail(value(id).name, "it is defined twice");
        defined[static_cast<Index>(id.index)] = true;
    };
    for (Index i = 0; i < m_values.size(); ++i) defined[i] = m_values[i].isConstant();
    for (ValueId id : inputs) define(id, "graph input");
    for (ValueId id : captures) define(id, "graph capture");

    for (Index i = 0; i < m_nodes.size(); ++i) {
        const Node& node = m_nodes[i];
        for (ValueId id : node.inputs)
            if (id.valid() && !inRange(id)) fail(node.label(), "it reads a value that does not exist");
        for (const GraphPtr& body : bodies(node)) {
            body->validate();
            for (ValueId id : body->captures)
                if (const std::string& wanted = body->value(id).name; !find(wanted).valid())
                    fail(wanted, "a body reads it, but nothing defines it");
        }
        for (ValueId id : neededBy(*this, node))
            if (!defined[static_cast<Index>(id.index)])
                fail(value(id).name, producer(id).valid() ? "it is used before it is computed"
                                                          : "it is used, but nothing defines it");
        for (ValueId id : node.outputs) {
            if (!id.valid()) continue;
            define(id, node.label());
            if (m_producer[static_cast<Index>(id.index)] != static_cast<std::int32_t>(i))
                fail(value(id).name, "its producer is not the node that writes it");
        }
    }
    for (ValueId id : outputs)
        if (!inRange(id) || !defined[static_cast<Index>(id.index)])
            fail(inRange(id) ? value(id).name : name, "the graph output is not defined");
}

}  // namespace lathe
