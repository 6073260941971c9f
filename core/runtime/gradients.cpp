// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/gradients.h"

#include "core/graph/lookup.h"
#include "core/runtime/float_products.h"
#include "core/runtime/onednn.h"

namespace lathe {

namespace {

template <typename T>
void addElements(Tensor& sum, const Tensor& more)
{
    const auto to = sum.mutableData<T>();
    const auto from = more.data<T>();
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += from[i];
}

/// Values of other types (counts, comparisons) have no derivative.
bool canCarry(const Value& value)
{
    return value.dtype == DType::undefined || isFloat(value.dtype);
}

}

void addGradient(Tensor& sum, const Tensor& more)
{
    if (sum.empty())
        sum = more;
    else if (sum.dtype() == DType::float64)
        addElements<double>(sum, more);
    else
        addElements<float>(sum, more);
}

Gradients::Gradients(const Graph& graph, const std::vector<std::string>& wanted,
                     const std::vector<std::string>& from)
    : m_graph(graph)
    , m_live(graph.values().size(), false)
    , m_blocked(graph.values().size())
    , m_carries(graph.values().size(), false)
{
    for (const std::string& name : wanted)
        m_wanted.push_back(valueNamed(graph, name));
    std::vector<ValueId> sources;
    for (const std::string& name : from)
        sources.push_back(valueNamed(graph, name));
    findBlocks(from.empty() ? graph.outputs : sources);
    findCarriers();
}

void Gradients::findBlocks(const std::vector<ValueId>& from)
{
    for (const ValueId id : from)
        m_live[at(id)] = true;
    for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node)
        block(*node);
}

void Gradients::block(const Node& node)
{
    bool live = false;
    std::string reason;
    for (const ValueId output : node.outputs) {
        if (!output.valid() || !m_live[at(output)] || !canCarry(m_graph.value(output)))
            continue;
        live = true;
        if (reason.empty())
            reason = m_blocked[at(output)];
    }
    if (!live)
        return;
    const Reverse* reverse = findReverse(node);
    if (!reverse)
        reason = node.label() + " has no reverse";
    const std::vector<ValueId> read = reverse ? node.inputs : neededBy(m_graph, node);
    for (std::size_t i = 0; i < read.size(); ++i) {
        const bool reached = !reverse || static_cast<int>(i) < reverse->operands;
        if (!read[i].valid() || !reached || !canCarry(m_graph.value(read[i])))
            continue;
        m_live[at(read[i])] = true;
        if (m_blocked[at(read[i])].empty())
            m_blocked[at(read[i])] = reason;
    }
}

void Gradients::findCarriers()
{
    for (const ValueId id : m_wanted)
        m_carries[at(id)] = m_live[at(id)] && m_blocked[at(id)].empty();
    for (const Node& node : m_graph.nodes()) {
        bool carries = false;
        for (const ValueId input : node.inputs)
            carries = carries || (input.valid() && m_carries[at(input)]);
        for (const ValueId output : node.outputs)
            if (carries && output.valid() && m_live[at(output)] && m_blocked[at(output)].empty())
                m_carries[at(output)] = true;
    }
}

const std::string& Gradients::blocked(std::string_view value) const
{
    return m_blocked[at(valueNamed(m_graph, std::string(value)))];
}

TensorMap Gradients::forward(const TensorMap& inputs, const Control& control) const
{
    const ThreadScope one(1);
    TensorMap values = inputs;
    for (const Value& value : m_graph.values())
        if (value.isConstant())
            values[value.name] = value.constant;
    for (const Node& node : m_graph.nodes()) {
        control.throwIfStopped();
        std::vector<Tensor> operands;
        for (const ValueId id : node.inputs)
            operands.push_back(id.valid() ? values.at(m_graph.value(id).name) : Tensor());
        std::vector<Tensor> outputs;
        whileDoing("running " + node.label(),
                   [&] { outputs = runFloatNode(node, operands, opsetOf(m_graph), control); });
        for (std::size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i)
            if (node.outputs[i].valid())
                values[m_graph.value(node.outputs[i]).name] = std::move(outputs[i]);
    }
    return values;
}

TensorMap Gradients::run(const TensorMap& values, const TensorMap& gradients, const Control& control) const
{
    const ThreadScope one(1);
    std::vector<Tensor> found(m_graph.values().size());
    for (const auto& [name, gradient] : gradients)
        found[at(valueNamed(m_graph, name))] = gradient;
    const auto known = [&](ValueId id) { return id.valid() ? values.at(m_graph.value(id).name) : Tensor(); };
    for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node) {
        control.throwIfStopped();
        std::vector<Tensor> inputs, outputs, atOutputs;
        std::vector<char> wanted;
        bool any = false;
        for (const ValueId id : node->inputs)
            wanted.push_back(id.valid() && m_carries[at(id)] ? 1 : 0);
        for (const ValueId id : node->outputs) {
            atOutputs.push_back(id.valid() && m_carries[at(id)] ? found[at(id)] : Tensor());
            any = any || !atOutputs.back().empty();
        }
        if (!any || std::find(wanted.begin(), wanted.end(), 1) == wanted.end())
            continue;
        for (const ValueId id : node->inputs)
            inputs.push_back(known(id));
        for (const ValueId id : node->outputs)
            outputs.push_back(known(id));
        std::vector<Tensor> atInputs;
        whileDoing("going back through " + node->label(), [&] {
            atInputs =
                reverseFloatNode({*node, inputs, outputs, atOutputs, wanted, opsetOf(m_graph), control});
        });
        for (std::size_t i = 0; i < atInputs.size(); ++i)
            if (wanted[i] != 0 && !atInputs[i].empty())
                addGradient(found[at(node->inputs[i])], atInputs[i]);
    }
    TensorMap result;
    for (const ValueId id : m_wanted)
        if (m_blocked[at(id)].empty() && !found[at(id)].empty())
            result[m_graph.value(id).name] = std::move(found[at(id)]);
    return result;
}

}
