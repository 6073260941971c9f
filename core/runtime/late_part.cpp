// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/late_part.h"

#include <algorithm>

#include "core/runtime/binding_state.h"
#include "core/runtime/nested_taps.h"

namespace lathe {

namespace {

std::size_t at(ValueId id)
{
    return static_cast<std::size_t>(id.index);
}

bool hasStaticResults(const Graph& graph, const Node& node)
{
    return std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
        return !id.valid() || (graph.value(id).shape && graph.value(id).shape->isStatic());
    });
}

/// Makes a graph of some nodes of another one. What they read and nobody among them writes becomes an input.
class PartMaker
{
public:
    explicit PartMaker(const Graph& source) : m_source(source)
    {
        m_part.name = source.name;
        m_part.opsets = source.opsets;
    }

    void addInput(ValueId id)
    {
        if (!m_part.find(m_source.value(id).name).valid())
            m_part.inputs.push_back(m_part.addValue(m_source.value(id)));
    }

    void addNode(const Node& node)
    {
        for (const ValueId id : neededBy(m_source, node))
            if (m_source.value(id).isConstant())
                here(id);
            else
                addInput(id);
        Node copy = node;
        for (std::vector<ValueId>* ids : {&copy.inputs, &copy.outputs})
            for (ValueId& id : *ids)
                id = id.valid() ? here(id) : id;
        m_part.addNode(std::move(copy));
    }

    void addOutput(ValueId id)
    {
        const ValueId own = here(id);
        if (!m_part.isOutput(own))
            m_part.outputs.push_back(own);
    }

    Graph finish() { return std::move(m_part); }

private:
    ValueId here(ValueId id)
    {
        const ValueId known = m_part.find(m_source.value(id).name);
        return known.valid() ? known : m_part.addValue(m_source.value(id));
    }

    const Graph& m_source;
    Graph m_part;
};

/// Which nodes run when.
struct Schedule {
    std::vector<const Node*> now, first, rest;
};

Schedule scheduleOf(const Graph& graph)
{
    Schedule schedule;
    std::vector<bool> late(graph.values().size());
    for (const Node& node : graph.nodes()) {
        const std::vector<ValueId> needed = neededBy(graph, node);
        const bool waits = std::any_of(needed.begin(), needed.end(), [&](ValueId id) { return late[at(id)]; });
        if (!waits && hasStaticResults(graph, node)) {
            schedule.now.push_back(&node);
            continue;
        }
        (waits ? schedule.rest : schedule.first).push_back(&node);
        for (const ValueId id : node.outputs)
            if (id.valid())
                late[at(id)] = true;
    }
    return schedule;
}

Graph partOf(const Graph& graph, const std::vector<const Node*>& nodes, const std::vector<ValueId>& inputs,
             const std::vector<ValueId>& outputs)
{
    PartMaker maker(graph);
    for (const ValueId id : inputs)
        maker.addInput(id);
    for (const Node* node : nodes)
        maker.addNode(*node);
    for (const ValueId id : outputs)
        maker.addOutput(id);
    return maker.finish();
}

/// Those of the values that the nodes write.
std::vector<ValueId> writtenBy(const std::vector<const Node*>& nodes, const std::vector<ValueId>& ids)
{
    std::vector<ValueId> result;
    for (const ValueId id : ids)
        if (std::any_of(nodes.begin(), nodes.end(), [&](const Node* node) {
                return std::find(node->outputs.begin(), node->outputs.end(), id) != node->outputs.end();
            }))
            result.push_back(id);
    return result;
}

}

SplitGraph splitLate(const Graph& graph)
{
    const Schedule schedule = scheduleOf(graph);
    SplitGraph split;
    if (schedule.first.empty()) {
        split.now = graph;
        return split;
    }
    std::vector<ValueId> wanted = graph.outputs, needed;
    std::vector<const Node*> lateNodes = schedule.first;
    lateNodes.insert(lateNodes.end(), schedule.rest.begin(), schedule.rest.end());
    for (const Node* node : lateNodes) {
        split.lateNodes.push_back(node->label());
        for (const ValueId id : neededBy(graph, *node))
            if (!graph.value(id).isConstant())
                needed.push_back(id);
    }
    wanted.insert(wanted.end(), needed.begin(), needed.end());
    const std::vector<ValueId> lateOutputs = writtenBy(lateNodes, wanted);
    std::erase_if(wanted, [&](ValueId id) { return std::find(lateOutputs.begin(), lateOutputs.end(), id) != lateOutputs.end(); });
    split.now = partOf(graph, schedule.now, graph.inputs, wanted);
    split.first = partOf(graph, schedule.first, {}, {});
    split.rest = partOf(graph, schedule.rest, {}, writtenBy(schedule.rest, graph.outputs));
    return split;
}

namespace {

/// Nothing: what runs late is as its graph says.
std::optional<Precision> precisionOf(const LatePart::Outer& outer)
{
    return outer.state ? std::optional(outer.state->precision) : std::nullopt;
}

/// The slot of the outer program that a nested one's is, -1 when it is its own.
int outerSlot(const Binding::State& outer, const Slot& slot)
{
    const std::vector<Slot>& all = outer.plan->slotList;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Slot& other) {
        return other.kind == slot.kind && other.value == slot.value;
    });
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

}

LatePart::LatePart(Graph first, Graph rest, const CompileOptions& options, std::vector<Slot> points)
    : m_first(std::move(first))
    , m_rest(std::move(rest))
    , m_options(nestedOptions(options))
{
    m_options.points = std::move(points);
    for (const Node& node : m_first.nodes())
        m_bodies.push_back(bodies(node).empty() ? nullptr : std::make_unique<CompiledBodies>(m_first, node, m_options));
}

LatePart::State LatePart::makeState() const
{
    State state;
    for (const auto& bodies : m_bodies)
        state.bodies.push_back(bodies ? std::make_unique<CompiledBodies::State>() : nullptr);
    return state;
}

void LatePart::runNode(std::size_t index, TensorMap& values, State& state, const Outer& outer,
                       const Control& control) const
{
    const Node& node = m_first.nodes()[index];
    const auto valueOf = [&](ValueId id) {
        return m_first.value(id).isConstant() ? m_first.value(id).constant : values.at(m_first.value(id).name);
    };
    std::vector<Tensor> operands;
    for (const ValueId id : node.inputs)
        operands.push_back(id.valid() ? valueOf(id) : Tensor());
    std::optional<CompiledBodies::Run> bodyRun;
    if (m_bodies[index]) {
        std::vector<Tensor> captured;
        for (const ValueId id : m_bodies[index]->captured())
            captured.push_back(valueOf(id));
        bodyRun.emplace(*m_bodies[index], *state.bodies[index], std::move(captured), precisionOf(outer),
                        outer.taps, control);
    }
    std::vector<Tensor> results;
    whileDoing("running " + node.label(), [&] {
        results = findOp(node)->run({node, operands, m_first.opsets.at(""), control, bodyRun ? &*bodyRun : nullptr});
    });
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (!node.outputs[i].valid())
            continue;
        if (i >= results.size() || results[i].empty())
            throw Error(ErrorCode::unsupportedOperator, node.label(),
                        {{"op", opId(node)}, {"reason", "output " + std::to_string(i) + " is not computed"}});
        const std::string& name = m_first.value(node.outputs[i]).name;
        showTensor(outer.taps, name, results[i]);
        values[name] = std::move(results[i]);
    }
}

/// Settings of the outer program's slots that this one has too, as far as they changed.
void LatePart::takeSlots(NestedExecutions::Nested& nested, const Outer& outer)
{
    if (!outer.state)
        return;
    const std::vector<Slot>& slots = nested.program->allSlots();
    nested.outer.resize(slots.size());
    std::map<int, SlotSetting> changed;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const int index = outerSlot(*outer.state, slots[i]);
        if (index < 0)
            continue;
        const auto& entry = outer.state->entries[static_cast<std::size_t>(index)];
        if (entry == nested.outer[i])
            continue;
        nested.outer[i] = entry;
        changed[static_cast<int>(i)] = entry ? entry->setting : SlotSetting{};
    }
    if (!changed.empty())
        nested.binding = nested.binding.with(changed);
}

/// Where the outer program has the value itself, it counted already.
void LatePart::countClipped(const NestedExecutions::Nested& nested, const Outer& outer)
{
    if (!outer.state)
        return;
    const std::vector<Slot>& slots = nested.program->allSlots();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const int index = outerSlot(*outer.state, slots[i]);
        if (index >= 0 && slots[i].kind == Slot::Kind::activation &&
            !outer.state->plan->graph.find(slots[i].value).valid())
            outer.clipped[static_cast<std::size_t>(index)] = nested.execution.clipped(static_cast<int>(i));
    }
}

void LatePart::run(TensorMap& values, State& state, const Outer& outer, const Control& control) const
{
    for (std::size_t i = 0; i < m_first.nodes().size(); ++i) {
        control.throwIfStopped();
        runNode(i, values, state, outer, control);
    }
    if (m_rest.nodes().empty())
        return;
    TensorMap inputs;
    std::vector<Tensor> ordered;
    for (const ValueId id : m_rest.inputs) {
        ordered.push_back(values.at(m_rest.value(id).name));
        inputs[m_rest.value(id).name] = ordered.back();
    }
    const auto program = m_programs.get(
        ordered, [&] { return Program::compile(withInputsLike(m_rest, ordered), m_options, control); });
    NestedExecutions::Nested& nested = state.executions.get(program, precisionOf(outer));
    takeSlots(nested, outer);
    TapMap own = tapsOf(*program, outer.taps, "");
    std::erase_if(own, [&](const auto& tap) {
        return inputs.contains(tap.first);
    }); // they were shown where they were made
    for (auto& [name, tensor] : nested.execution.run(inputs, nested.binding, control, own))
        values[name] = std::move(tensor);
    countClipped(nested, outer);
}

}
