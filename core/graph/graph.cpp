// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/graph.h"

#include <algorithm>

namespace lathe {
namespace {

[[noreturn]] void fail(const std::string& where, std::string reason) {
    throw Error(ErrorCode::modelInvalid, where, {{"reason", std::move(reason)}});
}

bool contains(const std::vector<ValueId>& ids, ValueId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

bool captures(const Node& node, const std::string& name) {
    for (const GraphPtr& body : bodies(node))
        for (ValueId id : body->captures)
            if (body->value(id).name == name) return true;
    return false;
}

}  // namespace

ValueId Graph::addValue(Value value) {
    if (value.name.empty()) value.name = freshName("value");
    const auto index = static_cast<std::int32_t>(m_values.size());
    if (!m_byName.emplace(value.name, index).second) fail(value.name, "two values have this name");
    m_values.push_back(std::move(value));
    m_producer.push_back(-1);
    return ValueId{index};
}

ValueId Graph::addConstant(std::string constantName, Tensor constant) {
    Value value;
    value.name = std::move(constantName);
    value.dtype = constant.dtype();
    value.shape = constant.shape();
    value.constant = std::move(constant);
    return addValue(std::move(value));
}

NodeId Graph::addNode(Node node) {
    const auto count = static_cast<std::int32_t>(m_values.size());
    for (ValueId id : node.inputs)
        if (id.index >= count) fail(node.label(), "it reads a value that does not exist");
    for (ValueId id : node.outputs) {
        if (!id.valid()) continue;
        if (id.index >= count) fail(node.label(), "it writes a value that does not exist");
        if (m_producer[static_cast<std::size_t>(id.index)] >= 0 || value(id).isConstant())
            fail(value(id).name, "it is written twice");
    }
    const auto index = static_cast<std::int32_t>(m_nodes.size());
    for (auto it = node.outputs.begin(); it != node.outputs.end(); ++it) {
        if (!it->valid()) continue;
        auto& slot = m_producer[static_cast<std::size_t>(it->index)];
        if (slot == index) fail(value(*it).name, "it is written twice");
        slot = index;
    }
    m_nodes.push_back(std::move(node));
    return NodeId{index};
}

std::string Graph::freshName(std::string_view stem) const {
    std::string candidate(stem);
    for (int suffix = 1; candidate.empty() || m_byName.contains(candidate); ++suffix)
        candidate = std::string(stem) + "_" + std::to_string(suffix);
    return candidate;
}

ValueId Graph::find(std::string_view wanted) const {
    const auto found = m_byName.find(wanted);
    return found == m_byName.end() ? ValueId{} : ValueId{found->second};
}

NodeId Graph::producer(ValueId id) const {
    return id.valid() ? NodeId{m_producer[static_cast<std::size_t>(id.index)]} : NodeId{};
}

std::vector<NodeId> Graph::consumers(ValueId id) const {
    std::vector<NodeId> result;
    if (!id.valid()) return result;
    for (std::size_t i = 0; i < m_nodes.size(); ++i)
        if (contains(m_nodes[i].inputs, id) || lathe::captures(m_nodes[i], value(id).name))
            result.push_back(NodeId{static_cast<std::int32_t>(i)});
    return result;
}

bool Graph::isInput(ValueId id) const { return contains(inputs, id); }
bool Graph::isOutput(ValueId id) const { return contains(outputs, id); }

const Tensor* Graph::constant(ValueId id) const {
    return id.valid() && value(id).isConstant() ? &value(id).constant : nullptr;
}

}  // namespace lathe
