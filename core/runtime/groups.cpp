// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/groups.h"

#include <algorithm>
#include <array>

namespace lathe {

namespace {

bool isWeighted(const Graph& graph, const Node& node)
{
    constexpr std::array<std::string_view, 4> names{"Conv", "ConvTranspose", "Gemm", "MatMul"};
    return node.domain.empty() && std::find(names.begin(), names.end(), node.op) != names.end() && node.inputs.size() >= 2 && graph.value(node.inputs[1]).isConstant();
}

bool isElementwise(const Node& node)
{
    constexpr std::array<std::string_view, 5> names{"Add", "Sub", "Mul", "Div", "Sum"};
    return node.domain.empty() && std::find(names.begin(), names.end(), node.op) != names.end();
}

bool isAddition(const Node& node)
{
    return node.domain.empty() && (node.op == "Add" || node.op == "Sum") && node.inputs.size() == 2;
}

std::vector<ValueId> validOutputs(const Node& node)
{
    std::vector<ValueId> outputs;
    std::copy_if(node.outputs.begin(), node.outputs.end(), std::back_inserter(outputs),
                 [](ValueId id) { return id.valid(); });
    return outputs;
}

/// True for a constant that adds one number to each output channel of `output`.
bool isChannelBias(const Graph& graph, ValueId constant, const Shape& output, int channelAxis)
{
    const Shape& shape = *graph.value(constant).shape;
    if (shape.rank() > output.rank())
        return false;
    for (int i = 0; i < shape.rank(); ++i) {
        const int axis = output.rank() - shape.rank() + i;
        if (shape[i] != 1 && (axis != channelAxis || shape[i] != output[axis]))
            return false;
    }
    return true;
}

class Grouper
{
public:
    Grouper(const Graph& graph, const FusionLimits& limits)
        : m_graph(graph), m_limits(limits), m_patterns(graph, limits.mustExist), m_reads(graph.values().size(), 0), m_reader(graph.values().size()),
          m_taken(graph.nodes().size(), false)
    {
        for (std::size_t i = 0; i < graph.nodes().size(); ++i)
            for (const ValueId id : neededBy(graph, graph.nodes()[i])) {
                ++m_reads[at(id)];
                m_reader[at(id)] = NodeId{static_cast<std::int32_t>(i)};
            }
    }

    std::vector<Group> run()
    {
        std::vector<Group> groups;
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i)
            if (!m_taken[i])
                groups.push_back(groupFrom(NodeId{static_cast<std::int32_t>(i)}));
        // A group runs when its last node's turn has come: then all that any of its nodes reads has been computed.
        std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
            return *std::max_element(a.nodes.begin(), a.nodes.end()) < *std::max_element(b.nodes.begin(), b.nodes.end());
        });
        return groups;
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }

    Group groupFrom(NodeId id)
    {
        const Node& node = m_graph.node(id);
        if (auto match = m_patterns.normalization(id); match && areFree(match->nodes)) {
            Group group{.nodes = {}, .normalization = match->form};
            takeAll(group, match->nodes);
            return group;
        }
        if (auto match = m_patterns.channelShuffle(id); match && areFree(match->nodes)) {
            Group group{.nodes = {}, .shuffledGroups = match->groups};
            takeAll(group, match->nodes);
            return group;
        }
        Group group{.nodes = {id}, .outputs = validOutputs(node)};
        if (!isWeighted(m_graph, node) && takeFunction(group, id))
            return group;
        m_taken[static_cast<std::size_t>(id.index)] = true;
        if (isWeighted(m_graph, node)) {
            if (node.op != "MatMul")
                group.bias = node.input(2);
            takeBias(group);
            if (m_limits.residuals)
                takeResidual(group);
            if (!takeHiddenFunction(group))
                takeActivation(group, false);
        } else if (isElementwise(node)) {
            takeActivation(group, true);
        }
        return group;
    }

    /// The only reader of the group's result, if the result need not exist on its own.
    const Node* nextNode(const Group& group, NodeId& id) const
    {
        const ValueId value = group.outputs[0];
        if (group.outputs.size() != 1 || m_limits.mustExist[at(value)] || m_reads[at(value)] != 1)
            return nullptr;
        id = m_reader[at(value)];
        return m_taken[static_cast<std::size_t>(id.index)] ? nullptr : &m_graph.node(id);
    }

    void take(Group& group, NodeId id)
    {
        group.nodes.push_back(id);
        group.outputs = validOutputs(m_graph.node(id));
        m_taken[static_cast<std::size_t>(id.index)] = true;
    }

    bool areFree(const std::vector<NodeId>& nodes) const
    {
        return std::none_of(nodes.begin(), nodes.end(), [&](NodeId id) { return m_taken[static_cast<std::size_t>(id.index)]; });
    }

    void takeAll(Group& group, const std::vector<NodeId>& nodes)
    {
        for (const NodeId id : nodes)
            take(group, id);
    }

    /// The group becomes a function of an operand of `first`, its first part.
    bool takeFunction(Group& group, NodeId first)
    {
        for (const ValueId x : m_graph.node(first).inputs) {
            const auto match = x.valid() && !m_graph.value(x).isConstant() ? m_patterns.function(x) : std::nullopt;
            if (!match || match->nodes[0] != first || !areFree(match->nodes))
                continue;
            group.nodes.clear();
            group.function = x;
            group.activation = match->activation;
            takeAll(group, match->nodes);
            return true;
        }
        return false;
    }

    /// The group's result, which nobody else reads, goes through a function.
    bool takeHiddenFunction(Group& group)
    {
        const ValueId x = group.outputs[0];
        if (group.outputs.size() != 1 || m_limits.mustExist[at(x)])
            return false;
        const auto match = m_patterns.function(x);
        if (!match || !areFree(match->nodes))
            return false;
        const auto isPart = [&](NodeId id) {
            return std::find(match->nodes.begin(), match->nodes.end(), id) != match->nodes.end();
        };
        if (!std::all_of(m_patterns.readers(x).begin(), m_patterns.readers(x).end(), isPart))
            return false;
        group.activation = match->activation;
        takeAll(group, match->nodes);
        return true;
    }

    void takeBias(Group& group)
    {
        NodeId id;
        const Node* next = nextNode(group, id);
        if (group.bias.valid() || !next || !isAddition(*next))
            return;
        const ValueId other = next->inputs[next->inputs[0] == group.outputs[0] ? 1 : 0];
        const Shape& output = *m_graph.value(group.outputs[0]).shape;
        const bool conv = m_graph.node(group.nodes[0]).op.starts_with("Conv");
        if (!m_graph.value(other).isConstant() || *m_graph.value(next->outputs[0]).shape != output ||
            !isChannelBias(m_graph, other, output, conv ? 1 : output.rank() - 1))
            return;
        group.bias = other;
        take(group, id);
    }

    void takeResidual(Group& group)
    {
        NodeId id;
        const Node* next = nextNode(group, id);
        if (!next || !isAddition(*next))
            return;
        const ValueId own = group.outputs[0];
        const ValueId other = next->inputs[next->inputs[0] == own ? 1 : 0];
        if (other == own || m_graph.value(other).isConstant() || *m_graph.value(other).shape != *m_graph.value(own).shape ||
            *m_graph.value(next->outputs[0]).shape != *m_graph.value(own).shape)
            return;
        group.residual = other;
        take(group, id);
    }

    void takeActivation(Group& group, bool clampsOnly)
    {
        NodeId id;
        const Node* next = nextNode(group, id);
        if (!next || next->inputs[0] != group.outputs[0])
            return;
        const auto activation = activationOf(m_graph, *next);
        if (!activation || (clampsOnly && !activation->clamp()))
            return;
        group.activation = *activation;
        take(group, id);
    }

    const Graph& m_graph;
    const FusionLimits& m_limits;
    Patterns m_patterns;
    std::vector<int> m_reads;          ///< by value
    std::vector<NodeId> m_reader;      ///< by value: the last reader
    std::vector<bool> m_taken;         ///< by node
};

}

std::vector<Group> findGroups(const Graph& graph, const FusionLimits& limits)
{
    return Grouper(graph, limits).run();
}

std::vector<Group> singles(const Graph& graph, const Group& group)
{
    std::vector<Group> result;
    for (const NodeId id : group.nodes) {
        Group single{.nodes = {id}, .outputs = validOutputs(graph.node(id))};
        const Node& node = graph.node(id);
        if (isWeighted(graph, node) && node.op != "MatMul")
            single.bias = node.input(2);
        result.push_back(std::move(single));
    }
    return result;
}

std::vector<Group> withoutResidual(const Graph& graph, const Group& group)
{
    const auto addition = std::find_if(group.nodes.begin() + 1, group.nodes.end(), [&](NodeId id) {
        const auto& inputs = graph.node(id).inputs;
        return std::find(inputs.begin(), inputs.end(), group.residual) != inputs.end();
    });
    Group head = group, tail = group;
    head.nodes.assign(group.nodes.begin(), addition);
    head.outputs = validOutputs(graph.node(head.nodes.back()));
    head.residual = {};
    head.activation = {};
    tail.nodes.assign(addition, group.nodes.end());
    tail.bias = {};
    tail.residual = {};
    if (!tail.activation.none() && !tail.activation.clamp()) {
        std::vector<Group> result{head};
        for (Group& single : singles(graph, tail))
            result.push_back(std::move(single));
        return result;
    }
    return {head, tail};
}

}
