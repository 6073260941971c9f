// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/ops/layers.h"
#include "core/ops/op.h"
#include "core/runtime/groups.h"
#include "core/runtime/onednn.h"
#include "core/runtime/plan.h"
#include "core/runtime/reorder.h"
#include "core/runtime/step_threads.h"

namespace lathe {

namespace {

std::size_t at(ValueId id)
{
    return static_cast<std::size_t>(id.index);
}

std::int64_t bytesOf(const Value& value)
{
    return value.shape->elements() * dtypeSize(value.dtype);
}

/// Chooses kernels group by group, in order, and keeps track of which layouts of each value exist.
class Lowering
{
public:
    Lowering(Plan& plan, const Control& control)
        : m_plan(plan), m_control(control), m_graph(plan.graph), m_layouts(m_graph.values().size(), Layout::plain),
          m_storagesOf(m_graph.values().size()), m_reads(m_graph.values().size(), 0),
          m_singleThreaded(plan.options)
    {
        m_singleThreaded.threads = 1;
    }

    void run()
    {
        for (const ValueId id : m_graph.inputs)
            m_plan.inputStorages.push_back(addStorage(id, Layout::plain, -1));
        for (const Node& node : m_graph.nodes())
            for (const ValueId id : neededBy(m_graph, node))
                ++m_reads[at(id)];
        for (const ValueId id : m_graph.outputs)
            ++m_reads[at(id)];
        for (const Group& group : findGroups(m_graph, fusionLimits())) {
            m_control.throwIfStopped();
            lower(group);
        }
        for (const ValueId id : m_graph.outputs)
            m_plan.outputStorages.push_back(storageIn(id, Layout::plain));
        for (const int storage : m_plan.outputStorages)
            m_plan.storages[static_cast<std::size_t>(storage)].lastRead = static_cast<int>(m_plan.steps.size());
    }

private:
    FusionLimits fusionLimits() const
    {
        FusionLimits limits;
        limits.mustExist.assign(m_graph.values().size(), m_plan.options.referenceKernels);
        // A kernel that adds into the residual's memory needs real numbers there; with slots it may hold codes.
        limits.residuals = m_plan.slotList.empty() && !m_plan.options.integerKernels;
        for (const ValueId id : m_graph.outputs)
            limits.mustExist[at(id)] = true;
        if (m_plan.options.tapAll)
            for (const Layer& layer : findLayers(m_graph))
                if (!layer.body) // its values have numbers of their own
                    limits.mustExist[at(layer.output)] = true;
        for (std::size_t i = 0; i < m_graph.values().size(); ++i)
            if (m_plan.activationSlot[i] >= 0)
                limits.mustExist[i] = true;
        return limits;
    }

    bool hasSlots(const Node& node) const
    {
        const auto slotted = [&](ValueId id) {
            return id.valid() && (m_plan.activationSlot[at(id)] >= 0 || m_plan.weightSlot[at(id)] >= 0);
        };
        return std::any_of(node.inputs.begin(), node.inputs.end(), slotted) ||
               std::any_of(node.outputs.begin(), node.outputs.end(), slotted);
    }

    void lower(const Group& group)
    {
        // A kernel adds into the residual's memory, so nobody else may need that any more.
        if (group.residual.valid() && (!canAddInto(group) || !tryKernels(group))) {
            for (const Group& part : withoutResidual(m_graph, group))
                lower(part);
            return;
        }
        if (group.residual.valid() || tryKernels(group))
            return;
        if (group.nodes.size() > 1) {
            for (const Group& part : singles(m_graph, group))
                lower(part);
            return;
        }
        const Node& node = m_graph.node(group.nodes[0]);
        throw Error(ErrorCode::unsupportedOperator, node.label(),
                    {{"op", opId(node)}, {"reason", "there is no implementation of it"}});
    }

    bool tryKernels(const Group& group)
    {
        const Node& node = m_graph.node(group.nodes[0]);
        const int threads = threadsWorth(m_graph, group.nodes, m_plan.options.threads);
        const ThreadScope threadScope(threads);
        StepRequest request{.graph = m_graph,
                            .node = node,
                            .outputs = group.outputs,
                            .bias = group.bias,
                            .residual = group.residual,
                            .activation = group.activation,
                            .function = group.function,
                            .shuffledGroups = group.shuffledGroups,
                            .normalization = group.normalization,
                            .switchable = hasSlots(node),
                            .fused = group.nodes.size() > 1,
                            .slotsAnywhere = !m_plan.slotList.empty(),
                            .layouts = m_layouts,
                            .options = threads == 1 ? m_singleThreaded : m_plan.options};
        for (const ValueId id : group.outputs)
            request.switchable = request.switchable || m_plan.activationSlot[at(id)] >= 0;
        const auto note = m_plan.notes.find(m_graph.value(group.outputs[0]).name);
        KernelChoice choice{.node = node.label(),
                            .kernel = {},
                            .reason = note == m_plan.notes.end() ? "" : "not an integer kernel: " + note->second};
        for (const KernelEntry& entry : kernels()) {
            if (m_plan.options.referenceKernels && entry.id != "plain_reference")
                continue;
            std::string reason;
            auto kernel = entry.make(request, reason);
            if (kernel) {
                choice.kernel = entry.id + fusedNames(group);
                addStep(group, std::move(kernel), threads);
                m_plan.choices.push_back(std::move(choice));
                return true;
            }
            if (!reason.empty())
                choice.reason += (choice.reason.empty() ? "" : "; ") + entry.id + ": " + reason;
        }
        return false;
    }

    std::string fusedNames(const Group& group) const
    {
        std::string names;
        for (std::size_t i = 1; i < group.nodes.size(); ++i)
            names += "+" + m_graph.node(group.nodes[i]).op;
        return names;
    }

    void addStep(const Group& group, std::unique_ptr<Kernel> kernel, int threads)
    {
        Step step;
        step.threads = threads;
        step.label = m_graph.node(group.nodes[0]).label();
        for (const Kernel::Input& input : kernel->inputs)
            step.inputs.push_back(storageIn(input.value, input.layout));
        const int index = static_cast<int>(m_plan.steps.size());
        for (const int storage : step.inputs)
            m_plan.storages[static_cast<std::size_t>(storage)].lastRead = index;
        const int shared = sharedStorage(group, *kernel, step);
        if (kernel->overwrites && shared < 0)
            throw Error(ErrorCode::internal, step.label, {{"what", "a kernel cannot have the memory that it needs"}});
        for (std::size_t i = 0; i < group.outputs.size(); ++i) {
            const ValueId id = group.outputs[i];
            const int storage = addStorage(id, kernel->outputLayouts[i], index);
            m_layouts[at(id)] = kernel->outputLayouts[i];
            step.outputs.push_back(storage);
            if (i == 0 && shared >= 0)
                m_plan.storages[static_cast<std::size_t>(storage)].root = rootOf(shared);
        }
        for (const NodeId node : group.nodes)
            for (const ValueId id : neededBy(m_graph, m_graph.node(node)))
                --m_reads[at(id)];
        step.kernel = std::move(kernel);
        m_plan.scratchBytes = std::max(m_plan.scratchBytes, step.kernel->scratchBytes);
        m_plan.steps.push_back(std::move(step));
    }

    /// The input storage whose memory the first output takes, or -1.
    int sharedStorage(const Group& group, const Kernel& kernel, const Step& step) const
    {
        if (kernel.overwritten < 0)
            return -1;
        const int storage = step.inputs[static_cast<std::size_t>(kernel.overwritten)];
        const Storage& candidate = m_plan.storages[static_cast<std::size_t>(storage)];
        if (candidate.constant || candidate.bytes != bytesOf(m_graph.value(group.outputs[0])))
            return -1;
        // Where nothing changes, both may live on in one place; unless the output has a grid of its own.
        const bool sameContent = kernel.alias && m_plan.activationSlot[at(group.outputs[0])] < 0;
        if (!sameContent && !classDiesHere(storage, group))
            return -1;
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            const bool itself = static_cast<int>(i) == kernel.overwritten;
            const bool sameElements = step.inputs[i] == storage && !kernel.overwrites;
            if (!itself && !sameElements && rootOf(step.inputs[i]) == rootOf(storage))
                return -1;
        }
        return storage;
    }

    int readsBy(const Group& group, ValueId id) const
    {
        int reads = 0;
        for (const NodeId node : group.nodes) {
            const std::vector<ValueId> needed = neededBy(m_graph, m_graph.node(node));
            reads += static_cast<int>(std::count(needed.begin(), needed.end(), id));
        }
        return reads;
    }

    /// True when nobody but this group will read the residual, in whatever memory it shares, and the kernel does not
    /// read that memory as its input too.
    bool canAddInto(const Group& group) const
    {
        const ValueId source = m_graph.node(group.nodes[0]).inputs[0];
        const auto& storages = m_storagesOf[at(group.residual)];
        return std::all_of(storages.begin(), storages.end(), [&](int storage) {
            const bool apart = std::none_of(m_storagesOf[at(source)].begin(), m_storagesOf[at(source)].end(),
                                            [&](int other) { return rootOf(other) == rootOf(storage); });
            return apart && classDiesHere(storage, group);
        });
    }

    bool classDiesHere(int storage, const Group& group) const
    {
        const int root = rootOf(storage);
        for (std::size_t i = 0; i < m_plan.storages.size(); ++i) {
            const Storage& other = m_plan.storages[i];
            if (!other.constant && rootOf(static_cast<int>(i)) == root &&
                m_reads[at(other.value)] > readsBy(group, other.value))
                return false;
        }
        return true;
    }

    int rootOf(int storage) const { return m_plan.storages[static_cast<std::size_t>(storage)].root; }

    int addStorage(ValueId id, Layout layout, int written)
    {
        const int index = static_cast<int>(m_plan.storages.size());
        const Value& value = m_graph.value(id);
        m_plan.storages.push_back({.value = id,
                                   .layout = layout,
                                   .bytes = bytesOf(value),
                                   .constant = value.isConstant(),
                                   .written = written,
                                   .lastRead = written,
                                   .root = index});
        m_storagesOf[at(id)].push_back(index);
        return index;
    }

    /// Where the value lies in `layout`; adds a reorder when it does not yet.
    int storageIn(ValueId id, Layout layout)
    {
        const Shape& shape = *m_graph.value(id).shape;
        for (const int storage : m_storagesOf[at(id)])
            if (sameOrder(shape, m_plan.storages[static_cast<std::size_t>(storage)].layout, layout))
                return storage;
        if (m_graph.value(id).isConstant())
            return addStorage(id, layout, -1);
        const int from = m_storagesOf[at(id)].front();
        const int index = static_cast<int>(m_plan.steps.size());
        const int to = addStorage(id, layout, index);
        Storage& source = m_plan.storages[static_cast<std::size_t>(from)];
        source.lastRead = index;
        Step step;
        step.label = "reorder of " + m_graph.value(id).name;
        step.kernel = makeReorder(shape, source.layout, layout, dtypeSize(m_graph.value(id).dtype));
        step.inputs = {from};
        step.outputs = {to};
        step.reorder = true;
        step.threads = m_plan.options.threads;   // it shares out what is worth it
        m_plan.choices.push_back({step.label, "reorder", ""});
        m_plan.steps.push_back(std::move(step));
        return to;
    }

    Plan& m_plan;
    const Control& m_control;
    const Graph& m_graph;
    std::vector<Layout> m_layouts;
    std::vector<std::vector<int>> m_storagesOf;   ///< by value
    std::vector<int> m_reads;                     ///< by value: reads by groups not lowered yet, and as a graph output
    CompileOptions m_singleThreaded;              ///< of steps that are too small for several threads
};

}

void lowerGraph(Plan& plan, const Control& control)
{
    Lowering(plan, control).run();
}

}
