// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "core/runtime/execution_impl.h"
#include "core/runtime/onednn.h"

namespace lathe {

Execution::Execution(std::shared_ptr<const Program> program)
    : m_impl(std::make_unique<Impl>(std::move(program)))
{
}

Execution::~Execution() = default;
Execution::Execution(Execution&&) noexcept = default;

TensorMap Execution::run(const TensorMap& inputs, const Binding& binding, const Control& control,
                         const TapMap& taps)
{
    return m_impl->run(0, inputs, binding, control, taps);
}

TensorMap Execution::runTimed(const TensorMap& inputs, const Binding& binding, std::span<std::int64_t> stepNs,
                              const Control& control)
{
    if (stepNs.size() != m_impl->plan().steps.size())
        throw Error(ErrorCode::internal, m_impl->plan().graph.name, {{"what", "times of another program's steps"}});
    return m_impl->run(0, inputs, binding, control, {}, stepNs.data());
}

TensorMap Execution::runFrom(int firstStep, const TensorMap& boundary, const Binding& binding,
                             const Control& control, const TapMap& taps)
{
    return m_impl->run(firstStep, boundary, binding, control, taps);
}

std::vector<std::string> Execution::boundaryValues(int firstStep) const
{
    const Plan& plan = m_impl->plan();
    std::vector<std::string> names;
    for (const Storage& storage : plan.storages) {
        const std::string& name = plan.valueOf(storage).name;
        const bool live = !storage.constant && storage.written < firstStep && storage.lastRead >= firstStep;
        if (live && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    return names;
}

std::int64_t Execution::clipped(int slot) const
{
    return m_impl->clipped(slot);
}

void AlignedBuffer::reserve(std::size_t bytes)
{
    if (bytes <= m_bytes)
        return;
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    m_data.reset(static_cast<std::byte*>(std::aligned_alloc(64, rounded)));
    if (!m_data)
        throw Error(ErrorCode::outOfMemory, "", {{"what", "running the model"}});
    m_bytes = rounded;
}

Execution::Impl::Impl(std::shared_ptr<const Program> program)
    : m_program(std::move(program))
    , m_plan(m_program->impl().plan)
    , m_clipped(m_plan->slotList.size(), 0)
{
    const ThreadScope threads(m_plan->options.threads);
    m_arena.reserve(static_cast<std::size_t>(m_plan->arenaBytes) + 64);
    for (const Step& step : m_plan->steps) {
        const ThreadScope own(step.threads);
        m_states.push_back(step.kernel->makeState());
    }
    if (const LatePart* late = m_program->impl().late.get())
        m_late = late->makeState();
}

std::int64_t Execution::Impl::clipped(int slot) const
{
    return m_clipped.at(static_cast<std::size_t>(slot));
}

TensorMap Execution::Impl::run(int firstStep, const TensorMap& inputs, const Binding& binding,
                               const Control& control, const TapMap& taps, std::int64_t* stepNs)
{
    const Binding& used = binding.m_state ? binding : m_program->defaultBinding();
    if (used.m_state->plan != m_plan)
        throw Error(ErrorCode::internal, m_plan->graph.name, {{"what", "a binding of another program"}});
    m_state = used.m_state.get();
    const ThreadScope threads(m_plan->options.threads);
    m_scratch.reserve(m_state->scratchBytes + 64);
    std::fill(m_clipped.begin(), m_clipped.end(), 0);
    const TapTable table = tapsByValue(taps);
    importValues(firstStep, inputs, table);
    for (std::size_t i = static_cast<std::size_t>(firstStep); i < m_plan->steps.size(); ++i) {
        control.throwIfStopped();
        if (stepNs)
            stepNs[i] = timedStep(i, control, table);
        else
            runStep(i, control, table);
    }
    TensorMap values = exportOutputs();
    if (m_program->impl().late)
        runLatePart(values, control);
    return values;
}

/// Adds what has no shape until it runs; leaves the outputs of the whole graph.
void Execution::Impl::runLatePart(TensorMap& values, const Control& control)
{
    const Program::Impl& program = m_program->impl();
    program.late->run(values, m_late, {m_plan->slotList.empty() ? nullptr : m_state, nestedTaps(), m_clipped},
                      control);
    TensorMap outputs;
    for (const ValueId id : program.whole.outputs) {
        const std::string& name = program.whole.value(id).name;
        outputs[name] = values.at(name);
    }
    values = std::move(outputs);
}

std::int64_t Execution::Impl::timedStep(std::size_t index, const Control& control, const TapTable& taps)
{
    const auto start = std::chrono::steady_clock::now();
    runStep(index, control, taps);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
}

/// The taps on this program's own values; leaves the others in m_nested.
Execution::Impl::TapTable Execution::Impl::tapsByValue(const TapMap& taps)
{
    TapTable table;
    m_nested.clear();
    for (const auto& [name, tap] : taps) {
        const ValueId id = tappedValue(*m_plan, name);
        if (!id.valid() && m_program->impl().nestedValues.contains(name)) {
            m_nested.emplace(name, tap);
            continue;
        }
        if (!id.valid())
            throw Error(ErrorCode::unknownName, name,
                        {{"kind", "tensor to watch"}, {"name", name}, {"known", "the values that kernels write"}});
        table[id] = &tap;
    }
    return table;
}

void Execution::Impl::runStep(std::size_t index, const Control& control, const TapTable& taps)
{
    const Step& step = m_plan->steps[index];
    const StepBinding& binding = *m_state->steps[index];
    std::byte* scratch = m_scratch.data();
    std::byte* converted = scratch + (step.kernel->scratchBytes + binding.scratchBytes + 63) / 64 * 64;
    m_inputs.clear();
    m_outputs.clear();
    for (const int storage : step.inputs)
        m_inputs.push_back(operand(storage));
    for (const int storage : step.outputs)
        m_outputs.push_back(operand(storage));
    const Encoding* inherited = m_inputs.empty() ? nullptr : m_inputs[0].codes;
    if (!binding.codesIn) {
        inherited = nullptr;
        for (std::size_t i = 0; i < m_inputs.size(); ++i)
            if (m_inputs[i].codes)
                converted = makeReal(m_inputs[i], step.inputs[i], converted);
    }
    StepRun run{.inputs = m_inputs,
                .outputs = m_outputs,
                .scratch = scratch,
                .binding = &binding,
                .state = m_states[index].get(),
                .control = control,
                .nested = nestedTaps()};
    const ThreadScope threads(step.threads);
    if (step.reorder) {
        step.kernel->run(run);
        return;
    }
    try {
        step.kernel->run(run);
    } catch (Error& error) {
        error.addDoing("running " + step.label);   // put together only now: a run allocates nothing a step
        throw;
    }
    for (const int storage : step.outputs) {
        const ValueId id = m_plan->storages[static_cast<std::size_t>(storage)].value;
        if (binding.codesOut)
            count(id, run.clipped);
        else
            settle(storage, step.kernel->moves ? inherited : nullptr);
        if (const auto tap = taps.find(id); tap != taps.end())
            show(storage, *tap->second);
    }
}

}
