// SPDX-License-Identifier: GPL-3.0-or-later
// Nodes that pass their first operand on unchanged: Identity, Dropout outside of training, casts to the same type,
// reshapes to the same shape, padding by nothing, and the like.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/passes/pass.h"
#include "core/passes/uses.h"

namespace lathe {
namespace {

using Predicate = bool (*)(const Graph&, const Node&);

const Value* operand(const Graph& graph, const Node& node, std::size_t index) {
    const ValueId id = node.input(index);
    return id.valid() ? &graph.value(id) : nullptr;
}

/// The integers of a constant operand, or nothing.
std::optional<std::vector<std::int64_t>> integers(const Graph& graph, const Node& node, std::size_t index) {
    const Tensor* tensor = graph.constant(node.input(index));
    if (!tensor || !isInteger(tensor->dtype())) return std::nullopt;
    return tensor->toIntegers();
}

bool always(const Graph&, const Node&) { return true; }

bool hasOneOperand(const Graph&, const Node& node) { return node.inputs.size() == 1; }

bool keepsType(const Graph& graph, const Node& node) {
    const DType from = graph.value(node.inputs[0]).dtype;
    return from != DType::undefined && from == graph.value(node.outputs[0]).dtype;
}

/// Same rank, and all sizes the same but at most one unknown, which the number of elements then fixes.
bool keepsShape(const Graph& graph, const Node& node) {
    const auto& from = graph.value(node.inputs[0]).shape;
    const auto& to = graph.value(node.outputs[0]).shape;
    return from && to && *from == *to && std::count(from->begin(), from->end(), Shape::unknown) <= 1;
}

/// Same shape, all known: for nodes that can change the number of elements.
bool keepsStaticShape(const Graph& graph, const Node& node) {
    return keepsShape(graph, node) && graph.value(node.inputs[0]).shape->isStatic();
}

bool keepsOrder(const Graph& graph, const Node& node) {
    const auto& shape = graph.value(node.inputs[0]).shape;
    if (!shape) return false;
    std::vector<std::int64_t> permutation = node.integers("perm");
    if (permutation.empty()) return shape->rank() <= 1;
    return std::is_sorted(permutation.begin(), permutation.end());
}

bool padsNothing(const Graph& graph, const Node& node) {
    const auto pads = integers(graph, node, 1);
    return pads && std::all_of(pads->begin(), pads->end(), [](std::int64_t pad) { return pad == 0; });
}

bool slicesNothing(const Graph& graph, const Node& node) {
    if (!keepsStaticShape(graph, node)) return false;
    if (!node.input(4).valid()) return true;
    const auto steps = integers(graph, node, 4);
    return steps && std::all_of(steps->begin(), steps->end(), [](std::int64_t step) { return step == 1; });
}

bool repeatsNothing(const Graph& graph, const Node& node) {
    const auto repeats = integers(graph, node, 1);
    return repeats && std::all_of(repeats->begin(), repeats->end(), [](std::int64_t count) { return count == 1; });
}

bool dropsNothing(const Graph& graph, const Node& node) {
    if (node.outputs.size() > 1 && node.outputs[1].valid()) return false;
    if (!node.input(2).valid()) return true;
    const Tensor* training = graph.constant(node.input(2));
    return training && training->elements() == 1 && training->at(0) == 0;
}

bool clipsNothing(const Graph&, const Node& node) { return !node.input(1).valid() && !node.input(2).valid(); }

bool splitsNothing(const Graph&, const Node& node) { return node.outputs.size() == 1; }

const std::map<std::string_view, Predicate>& predicates() {
    static const std::map<std::string_view, Predicate> table{
        {"Identity", always},          {"Dropout", dropsNothing},     {"Cast", keepsType},
        {"CastLike", keepsType},       {"Reshape", keepsShape},       {"Flatten", keepsShape},
        {"Squeeze", keepsShape},       {"Unsqueeze", keepsShape},     {"Expand", keepsStaticShape},
        {"Transpose", keepsOrder},     {"Pad", padsNothing},          {"Slice", slicesNothing},
        {"Tile", repeatsNothing},      {"Concat", hasOneOperand},     {"Sum", hasOneOperand},
        {"Max", hasOneOperand},        {"Min", hasOneOperand},        {"Mean", hasOneOperand},
        {"Clip", clipsNothing},        {"Split", splitsNothing},
    };
    return table;
}

bool isIdentity(const Graph& graph, const Node& node) {
    if (!node.domain.empty() || node.outputs.empty() || !node.outputs[0].valid() || !operand(graph, node, 0)) return false;
    const auto found = predicates().find(node.op);
    return found != predicates().end() && found->second(graph, node);
}

class Dropper {
public:
    explicit Dropper(const Graph& graph) : m_graph(graph) {}

    Edits run() {
        for (const Node& node : m_graph.nodes())
            if (isIdentity(m_graph, node)) drop(node.inputs[0], node.outputs[0]);
        return std::move(m_edits);
    }

private:
    void drop(ValueId from, ValueId to) {
        // Behind another dropped node: what that one passes on.
        if (const auto found = m_passedOn.find(from); found != m_passedOn.end()) from = found->second;
        const std::string& fromName = m_graph.value(from).name;
        const std::string& toName = m_graph.value(to).name;
        if (m_graph.isOutput(to)) {
            // The output keeps its name, so the value before it takes that name, if it is free to.
            if (m_graph.isOutput(from) || !m_graph.producer(from).valid() || !m_renamed.insert(from).second) return;
            m_edits.patch.renames.emplace_back(fromName, toName);
        } else {
            m_edits.patch.redirects.emplace_back(toName, fromName);
            m_passedOn.emplace(to, from);
        }
        m_edits.patch.dropProducers.push_back(toName);
        ++m_edits.count;
    }

    const Graph& m_graph;
    Edits m_edits;
    std::map<ValueId, ValueId> m_passedOn;
    std::set<ValueId> m_renamed;
};

Edits dropIdentities(const Graph& graph, const Control&) { return Dropper(graph).run(); }

}  // namespace

void register_drop_identities(Table<Pass>& table) {
    table.add({.id = "drop_identities", .label = "Nodes without effect dropped", .find = dropIdentities});
}

}  // namespace lathe
