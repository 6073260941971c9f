// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/patch.h"

#include <algorithm>
#include <numeric>

namespace lathe {

/// Applies one patch to one graph, step by step; see Patch for the order.
class PatchRunner {
public:
    PatchRunner(Graph& graph, const Patch& patch) : m_graph(graph), m_patch(patch) {
        m_places.resize(graph.nodes().size());
        std::iota(m_places.begin(), m_places.end(), 0);
        for (std::int32_t& place : m_places) place *= 2;
    }

    void run() {
        dropProducers();
        for (const auto& [name, tensor] : m_patch.constants) setConstant(name, tensor);
        for (const auto& [from, to] : m_patch.redirects) redirect(from, to);
        for (const auto& [from, to] : m_patch.renames) rename(from, to);
        for (const Patch::NewNode& node : m_patch.nodes) addNode(node);
        restorePlaces();
        m_graph.compact();
        m_graph.validate();
    }

private:
    [[noreturn]] static void fail(const std::string& where, std::string reason) {
        throw Error(ErrorCode::modelInvalid, where, {{"reason", std::move(reason)}});
    }

    ValueId require(const std::string& name) const {
        const ValueId id = m_graph.find(name);
        if (!id.valid()) fail(name, "there is no value of this name");
        return id;
    }

    ValueId findOrAdd(const std::string& name) {
        if (const ValueId id = m_graph.find(name); id.valid()) return id;
        Value value;
        value.name = name;
        return m_graph.addValue(std::move(value));
    }

    bool written(ValueId id) const {
        return m_graph.producer(id).valid() || m_graph.isInput(id) ||
               std::find(m_graph.captures.begin(), m_graph.captures.end(), id) != m_graph.captures.end();
    }

    void dropProducers() {
        std::vector<bool> dropped(m_graph.m_nodes.size());
        for (const std::string& name : m_patch.dropProducers) {
            const NodeId node = m_graph.producer(require(name));
            if (!node.valid()) fail(name, "no node writes it");
            dropped[static_cast<std::size_t>(node.index)] = true;
            if (m_newPlace < 0 || node.index * 2 < m_newPlace) m_newPlace = node.index * 2;
            for (ValueId id : m_graph.node(node).outputs) m_droppedPlaces[id] = node.index * 2;
        }
        std::vector<Node> kept;
        std::vector<std::int32_t> places;
        std::fill(m_graph.m_producer.begin(), m_graph.m_producer.end(), -1);
        for (std::size_t i = 0; i < dropped.size(); ++i) {
            if (dropped[i]) continue;
            for (ValueId id : m_graph.m_nodes[i].outputs)
                if (id.valid()) m_graph.m_producer[static_cast<std::size_t>(id.index)] = static_cast<std::int32_t>(kept.size());
            kept.push_back(std::move(m_graph.m_nodes[i]));
            places.push_back(m_places[i]);
        }
        m_graph.m_nodes = std::move(kept);
        m_places = std::move(places);
    }

    void setConstant(const std::string& name, const Tensor& tensor) {
        const ValueId id = findOrAdd(name);
        if (written(id)) fail(name, "it cannot become a constant, since something writes it");
        Value& value = m_graph.value(id);
        value.dtype = tensor.dtype();
        value.shape = tensor.shape();
        value.constant = tensor;
    }

    void replaceUses(ValueId from, ValueId to) {
        for (Node& node : m_graph.m_nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
        std::replace(m_graph.outputs.begin(), m_graph.outputs.end(), from, to);
        replaceInBodies(m_graph, m_graph.value(from).name, m_graph.value(to).name);
    }

    void redirect(const std::string& from, const std::string& to) {
        const ValueId source = require(from);
        replaceUses(source, findOrAdd(to));
    }

    void rename(const std::string& from, const std::string& to) {
        const ValueId id = require(from);
        if (const ValueId twin = m_graph.find(to); twin.valid()) {
            if (twin == id) return;
            if (written(twin) || m_graph.value(twin).isConstant()) fail(to, "the name is in use");
            replaceUses(twin, id);
            Value& value = m_graph.value(id);
            if (!value.shape) value.shape = m_graph.value(twin).shape;
            if (value.dimNames.empty()) value.dimNames = m_graph.value(twin).dimNames;
            m_graph.m_byName.erase(to);
        }
        replaceInBodies(m_graph, from, to);
        m_graph.m_byName.erase(from);
        m_graph.m_byName.emplace(to, id.index);
        m_graph.value(id).name = to;
        if (m_graph.isOutput(id) && writtenByNewNode(from)) keepOutput(id, from);
    }

    /// Leaves the graph output `name` where it was although its value was renamed.
    void keepOutput(ValueId renamed, const std::string& name) {
        Value value = m_graph.value(renamed);
        value.name = name;
        value.constant = Tensor();
        const ValueId fresh = m_graph.addValue(std::move(value));
        std::replace(m_graph.outputs.begin(), m_graph.outputs.end(), renamed, fresh);
    }

    bool writtenByNewNode(const std::string& name) const {
        return std::any_of(m_patch.nodes.begin(), m_patch.nodes.end(), [&](const Patch::NewNode& node) {
            return std::find(node.outputs.begin(), node.outputs.end(), name) != node.outputs.end();
        });
    }

    void addNode(const Patch::NewNode& source) {
        Node node;
        node.name = source.name;
        node.op = source.op;
        node.domain = source.domain;
        node.attributes = source.attributes;
        for (const std::string& name : source.inputs) node.inputs.push_back(name.empty() ? ValueId{} : findOrAdd(name));
        for (const std::string& name : source.outputs) node.outputs.push_back(name.empty() ? ValueId{} : findOrAdd(name));
        m_places.push_back(newPlace(node));
        m_graph.addNode(std::move(node));
    }

    /// New nodes stand where what they write came from, else where the first dropped node stood, else right behind the
    /// last node that they read from.
    std::int32_t newPlace(const Node& node) const {
        for (ValueId id : node.outputs)
            if (const auto found = m_droppedPlaces.find(id); found != m_droppedPlaces.end()) return found->second;
        if (m_newPlace >= 0) return m_newPlace;
        std::int32_t place = -1;
        for (ValueId id : node.inputs)
            if (const NodeId producer = m_graph.producer(id); producer.valid())
                place = std::max(place, m_places[static_cast<std::size_t>(producer.index)] | 1);
        return place;
    }

    void restorePlaces() {
        std::vector<std::size_t> order(m_places.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return m_places[a] < m_places[b]; });
        std::vector<Node> nodes;
        for (std::size_t i : order) nodes.push_back(std::move(m_graph.m_nodes[i]));
        m_graph.m_nodes = std::move(nodes);
        for (std::size_t i = 0; i < m_graph.m_nodes.size(); ++i)
            for (ValueId id : m_graph.m_nodes[i].outputs)
                if (id.valid()) m_graph.m_producer[static_cast<std::size_t>(id.index)] = static_cast<std::int32_t>(i);
    }

    static void replaceInBodies(Graph& graph, const std::string& from, const std::string& to) {
        for (Node& node : graph.m_nodes)
            for (auto& [key, attribute] : node.attributes)
                if (auto* body = std::get_if<GraphPtr>(&attribute); body && *body) *body = withCapture(*body, from, to);
    }

    /// The body with its capture of the outer value `from` made one of `to`.
    static GraphPtr withCapture(const GraphPtr& body, const std::string& from, const std::string& to) {
        const auto isFrom = [&](ValueId id) { return body->value(id).name == from; };
        if (std::none_of(body->captures.begin(), body->captures.end(), isFrom)) return body;
        auto changed = std::make_shared<Graph>(*body);
        const ValueId id = changed->find(from);
        replaceInBodies(*changed, from, to);
        if (const ValueId twin = changed->find(to); twin.valid()) {
            if (std::find(changed->captures.begin(), changed->captures.end(), twin) == changed->captures.end())
                fail(to, "a body has a value of its own of this name");
            for (Node& node : changed->m_nodes) std::replace(node.inputs.begin(), node.inputs.end(), id, twin);
            std::replace(changed->outputs.begin(), changed->outputs.end(), id, twin);
            std::erase(changed->captures, id);
        } else {
            changed->m_byName.erase(from);
            changed->m_byName.emplace(to, id.index);
            changed->value(id).name = to;
        }
        return changed;
    }

    Graph& m_graph;
    const Patch& m_patch;
    std::vector<std::int32_t> m_places;  ///< by node: twice its old index, odd for new nodes behind it
    std::int32_t m_newPlace = -1;          ///< of the first dropped node
    std::map<ValueId, std::int32_t> m_droppedPlaces;  ///< by value, of the node that wrote it
};

void applyPatch(Graph& graph, const Patch& patch) {
    if (patch.empty()) return;
    Graph changed = graph;
    whileDoing(patch.label, [&] { PatchRunner(changed, patch).run(); });
    graph = std::move(changed);
}

}  // namespace lathe
