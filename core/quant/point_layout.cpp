// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <numeric>

#include "core/quant/relative_values.h"
#include "core/quant/resolve.h"

namespace lathe {

namespace {

/// How much a value is wanted as a point: `required` wins.
enum class Want : std::uint8_t
{
    no,
    optional,
    required
};

class PointFinder
{
public:
    PointFinder(const Graph& graph, const std::vector<Layer>& layers, const PlacementRules& rules)
        : m_graph(graph)
        , m_rules(rules)
        , m_want(graph.values().size(), Want::no)
        , m_fixed(graph.values().size())
        , m_share(graph.values().size())
        , m_layerOf(graph.values().size())
        , m_layerOfNode(graph.nodes().size(), nullptr)
        , m_isInner(graph.nodes().size(), false)
        , m_relative(relativeValues(graph))
        , m_geluPart(geluParts(graph))
    {
        std::iota(m_share.begin(), m_share.end(), 0);
        for (const Layer& layer : layers)
            if (!layer.body)
                takeLayer(layer);
        for (std::size_t i = 0; i < graph.nodes().size(); ++i)
            inheritLayer(graph.nodes()[i]);
    }

    PointLayout run()
    {
        if (m_rules.quantizeGraphInputs)
            for (const ValueId input : m_graph.inputs)
                want(input, Want::required);
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i)
            demand(i, Want::required);
        while (propagate()) {
        }
        // What only the plan can ask for comes last, so that it never makes another value a point by default.
        if (m_rules.quantizeGraphInputs)
            for (const ValueId input : m_graph.inputs)
                want(input, Want::optional);
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i)
            demand(i, Want::optional);
        while (propagate()) {
        }
        addActivations();
        return std::move(m_layout);
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
    static std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

    void takeLayer(const Layer& layer)
    {
        m_layerOf[at(layer.output)] = layer.id;
        for (std::size_t i = 0; i < layer.nodes.size(); ++i) {
            m_layerOfNode[at(layer.nodes[i])] = &layer;
            m_isInner[at(layer.nodes[i])] = i > 0;
        }
    }

    /// What an operator without a layer passes on belongs to the layer that made it.
    void inheritLayer(const Node& node)
    {
        std::string from;
        for (const ValueId input : node.inputs)
            if (from.empty() && input.valid())
                from = m_layerOf[at(input)];
        for (const ValueId output : node.outputs)
            if (output.valid() && m_layerOf[at(output)].empty())
                m_layerOf[at(output)] = from;
    }

    bool canBePoint(ValueId id) const
    {
        if (!id.valid())
            return false;
        const Value& value = m_graph.value(id);
        return value.dtype == DType::float32 && !value.isConstant() && !m_layerOf[at(id)].empty();
    }

    bool want(ValueId id, Want how)
    {
        if (!canBePoint(id) || m_want[at(id)] >= how || (how == Want::required && (m_relative[at(id)] || m_geluPart[at(id)])))
            return false;
        m_want[at(id)] = how;
        return true;
    }

    std::size_t root(std::size_t index)
    {
        while (m_share[index] != index)
            index = m_share[index] = m_share[m_share[index]];
        return index;
    }

    bool share(ValueId a, ValueId b)
    {
        const std::size_t first = root(at(a));
        const std::size_t second = root(at(b));
        const std::optional<OperandRule> fixed = m_fixed[first] ? m_fixed[first] : m_fixed[second];
        m_share[std::max(first, second)] = std::min(first, second);
        m_fixed[std::min(first, second)] = fixed;
        return first != second;
    }

    /// The value that carries what the node makes: after the clamp for layers.
    ValueId outputOf(std::size_t node) const
    {
        if (m_layerOfNode[node])
            return m_layerOfNode[node]->output;
        const Node& own = m_graph.nodes()[node];
        return own.outputs.empty() ? ValueId{} : own.outputs[0];
    }

    const OperatorRule* ruleOf(std::size_t node) const
    {
        return m_isInner[node] ? nullptr : m_rules.find(m_graph.nodes()[node]);
    }

    void demand(std::size_t index, Want how)
    {
        const OperatorRule* rule = ruleOf(index);
        if (!rule)
            return;
        const ValueId output = outputOf(index);
        const Placement placement = rule->output.placement;
        if (how == Want::optional) {
            if (placement == Placement::floating || placement == Placement::point)
                want(output, how);
            return;
        }
        if (placement == Placement::point || placement == Placement::fixed)
            want(output, how);
        if (placement == Placement::fixed && canBePoint(output))
            m_fixed[root(at(output))] = rule->output;
        const Node& node = m_graph.nodes()[index];
        const Layer* layer = m_layerOfNode[index];
        if (layer && layer->weight.valid())
            addWeight(node, *layer, *rule);
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            demandInput(node, i, *rule, layer);
    }

    void demandInput(const Node& node, std::size_t operand, const OperatorRule& rule, const Layer* layer)
    {
        const ValueId input = node.inputs[operand];
        const Placement placement = rule.input(operand).placement;
        if (!input.valid() || (placement != Placement::point && placement != Placement::fixed))
            return;
        if (layer && (input == layer->weight || input == layer->bias))
            return;
        const Op* op = findOp(node);
        if (op && op->traits.biasOperand == static_cast<int>(operand))
            return;
        if (m_graph.value(input).isConstant())
            return addConstantOperand(node, input, layer);
        want(input, Want::required);
        if (placement == Placement::fixed && canBePoint(input))
            m_fixed[root(at(input))] = rule.input(operand);
    }

    bool propagate()
    {
        bool changed = false;
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i) {
            const OperatorRule* rule = ruleOf(i);
            if (!rule)
                continue;
            const Node& node = m_graph.nodes()[i];
            if (rule->output.placement == Placement::sameAsInput)
                changed = passForward(node) || changed;
            for (std::size_t operand = 0; operand < node.inputs.size(); ++operand)
                if (rule->input(operand).placement == Placement::sameAsOutput)
                    changed = passBack(node, node.inputs[operand], outputOf(i)) || changed;
        }
        return changed;
    }

    bool passForward(const Node& node)
    {
        const ValueId input = node.input(0);
        if (!canBePoint(input) || m_want[at(input)] == Want::no)
            return false;
        bool changed = false;
        for (const ValueId output : node.outputs) {
            if (!canBePoint(output))
                continue;
            changed = want(output, m_want[at(input)]) || changed;
            changed = share(input, output) || changed;
        }
        return changed;
    }

    bool passBack(const Node& node, ValueId input, ValueId output)
    {
        if (!canBePoint(input) || !canBePoint(output) || m_want[at(output)] == Want::no)
            return false;
        if (m_fixed[root(at(input))] && root(at(input)) != root(at(output)))
            return changeGrid(node, input, output);
        const bool wanted = want(input, m_want[at(output)]);
        return share(input, output) || wanted;
    }

    /// A grid that is fixed cannot be another one's: the reader has the value quantized once more, on its own grid.
    bool changeGrid(const Node& node, ValueId input, ValueId output)
    {
        return !node.name.empty() && m_edges.emplace(std::pair(input, node.name), output).second;
    }

    void addWeight(const Node& node, const Layer& layer, const OperatorRule& rule)
    {
        const Op* op = findOp(node);
        const Value& weight = m_graph.value(layer.weight);
        if (!op || weight.dtype != DType::float32 || !weight.isConstant())
            return;
        if (node.input(static_cast<std::size_t>(op->traits.weightOperand)) != layer.weight)
            return;
        PointLayout::WeightPoint point;
        point.value = weight.name;
        point.layer = layer.id;
        point.axis = rule.weightAxis.value_or(layer.weightChannelAxis);
        point.narrow = rule.narrowWeights;
        point.quantizeBias = rule.quantizeBias;
        const int rank = weight.constant.shape().rank();
        // Only matrices have output columns that every runtime can scale one by one.
        const bool stacked = node.op == "MatMul" && rank != 2;
        point.perChannel = rule.weightPerChannel && !stacked && point.axis >= 0 && point.axis < rank;
        for (std::size_t i = 0; i < node.inputs.size() && point.input.empty(); ++i)
            if (canBePoint(node.inputs[i]))
                point.input = m_graph.value(node.inputs[i]).name;
        if (biasFits(node, layer, *op))
            point.bias = m_graph.value(layer.bias).name;
        m_layout.weights.push_back(std::move(point));
    }

    /// A bias joins the accumulator when it is an operand of the operator itself, unscaled, or added right behind (which
    /// runtimes fold into the operator), and when no other operator reads it.
    bool biasFits(const Node& node, const Layer& layer, const Op& op) const
    {
        if (!layer.bias.valid())
            return false;
        const Value& bias = m_graph.value(layer.bias);
        const std::vector<NodeId> readers = m_graph.consumers(layer.bias);
        if (!bias.isConstant() || bias.dtype != DType::float32 || readers.size() != 1)
            return false;
        const bool isOperand = op.traits.biasOperand >= 0 &&
                               node.input(static_cast<std::size_t>(op.traits.biasOperand)) == layer.bias;
        const bool isAdded = m_graph.node(readers[0]).op == "Add" && m_isInner[at(readers[0])];
        return (isOperand || isAdded) && node.real("alpha", 1) == 1.0F && node.real("beta", 1) == 1.0F;
    }

    void addConstantOperand(const Node& node, ValueId constant, const Layer* layer)
    {
        const Value& value = m_graph.value(constant);
        if (value.dtype != DType::float32 || value.constant.elements() == 0 || !layer)
            return;
        PointLayout::WeightPoint point;
        point.value = value.name;
        point.layer = layer->id;
        point.axis = -1;
        point.perChannel = false;
        point.constantOperand = true;
        for (const ValueId input : node.inputs)
            if (point.input.empty() && canBePoint(input))
                point.input = m_graph.value(input).name;
        if (!point.input.empty())
            m_layout.weights.push_back(std::move(point));
    }

    void addActivations()
    {
        std::map<std::size_t, int> members;
        const auto forEachPoint = [&](auto&& work) {
            for (const ValueId input : m_graph.inputs)
                if (m_want[at(input)] != Want::no)
                    work(input);
            for (const Node& node : m_graph.nodes())
                for (const ValueId output : node.outputs)
                    if (output.valid() && m_want[at(output)] != Want::no)
                        work(output);
        };
        forEachPoint([&](ValueId id) { ++members[root(at(id))]; });
        for (const auto& [edge, output] : m_edges)
            ++members[root(at(output))];
        std::map<std::size_t, int> groups;
        const auto add = [&](ValueId id, const std::string& name, std::size_t group) {
            PointLayout::ActivationPoint point;
            point.value = name;
            point.layer = m_layerOf[at(id)];
            point.fixed = m_fixed[group];
            point.byDefault = m_want[at(id)] == Want::required;
            if (members[group] > 1)
                point.shareGroup = groups.emplace(group, static_cast<int>(groups.size())).first->second;
            m_layout.activations.push_back(std::move(point));
        };
        forEachPoint([&](ValueId id) {
            add(id, m_graph.value(id).name, root(at(id)));
            for (const auto& [edge, output] : m_edges)
                if (edge.first == id)
                    add(id, m_graph.value(id).name + "->" + edge.second, root(at(output)));
        });
    }

    const Graph& m_graph;
    const PlacementRules& m_rules;
    std::vector<Want> m_want;                        ///< by value
    std::vector<std::optional<OperandRule>> m_fixed; ///< by root of those that share a grid
    std::map<std::pair<ValueId, std::string>, ValueId> m_edges; ///< value and reader: whose grid it has there
    std::vector<std::size_t> m_share;                ///< by value: union-find parents
    std::vector<std::string> m_layerOf;              ///< by value
    std::vector<const Layer*> m_layerOfNode;         ///< by node
    std::vector<bool> m_isInner;                     ///< by node: not the main node of its layer
    std::vector<bool> m_relative, m_geluPart;        ///< by value: a point only where the plan asks for it
    PointLayout m_layout;
};

} // namespace

PointLayout findPoints(const Graph& graph, const std::vector<Layer>& layers, const PlacementRules& rules)
{
    return PointFinder(graph, layers, rules).run();
}

} // namespace lathe
