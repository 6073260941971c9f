// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/runtime/binding_state.h"
#include "core/runtime/onednn.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

const Digest& SlotEntry::digest() const
{
    std::call_once(m_once, [this] {
        Hasher hasher;
        hasher.text("slot");
        setting.encoding->feed(hasher);
        if (setting.codes)
            hasher.digest(setting.codes->digest());
        m_digest = hasher.finish();
    });
    return m_digest;
}

std::shared_ptr<const SlotEntry> Binding::State::active(int slot) const
{
    return slot < 0 || precision == Precision::floating ? nullptr : entries[static_cast<std::size_t>(slot)];
}

std::shared_ptr<const SlotEntry> Binding::State::active(ValueId value, Slot::Kind kind) const
{
    return active(plan->slotOf(value, kind));
}

Tensor slottedConstant(const Tensor& constant, const SlotEntry* entry)
{
    if (!entry)
        return constant;
    if (entry->setting.codes && entry->encoding().format.hasScale())
        return dequantize(*entry->setting.codes, entry->encoding());
    if (!entry->integer())
        return fakeQuantize(constant, entry->encoding());
    return dequantize(quantize(constant, entry->encoding()), entry->encoding());
}

namespace {

class StepContext final : public BindContext
{
public:
    StepContext(const Binding::State& state, std::size_t step, const StepBinding* previous)
        : m_state(state), m_step(state.plan->steps[step]), m_previous(previous)
    {
    }

    Precision precision() const override { return m_state.precision; }

    std::shared_ptr<const SlotEntry> weightSlot(ValueId value) const override
    {
        return m_state.active(value, Slot::Kind::weight);
    }

    Tensor constant(ValueId value) const override
    {
        return slottedConstant(floatConstant(value), weightSlot(value).get());
    }

    const Tensor& floatConstant(ValueId value) const override { return m_state.plan->graph.value(value).constant; }

    const Encoding* input(std::size_t operand) const override { return codesOf(m_step.inputs[operand]); }
    const Encoding* output() const override { return codesOf(m_step.outputs[0]); }
    const StepBinding* previous() const override { return m_previous; }

private:
    const Encoding* codesOf(int storage) const
    {
        const Storage& place = m_state.plan->storages[static_cast<std::size_t>(storage)];
        return m_state.codes[static_cast<std::size_t>(place.value.index)];
    }

    const Binding::State& m_state;
    const Step& m_step;
    const StepBinding* m_previous;
};

/// Fills in what follows from plan, precision and entries.
class StateMaker
{
public:
    StateMaker(Binding::State& state, const Binding::State* previous) : m_state(state), m_plan(*state.plan), m_previous(previous)
    {
    }

    void run()
    {
        chooseCodes();
        bindConstants();
        for (std::size_t i = 0; i < m_plan.steps.size(); ++i)
            m_state.steps.push_back(bindStep(i));
    }

private:
    const Storage& storage(int index) const { return m_plan.storages[static_cast<std::size_t>(index)]; }
    const Encoding*& codesOf(ValueId id) { return m_state.codes[static_cast<std::size_t>(id.index)]; }

    /// Which values are held as codes: those with an integer slot, and those that moving kernels make of codes.
    void chooseCodes()
    {
        m_state.codes.assign(m_plan.graph.values().size(), nullptr);
        if (m_state.precision != Precision::simulated)
            return;
        for (const ValueId id : m_plan.graph.inputs)
            codesOf(id) = slotGrid(id);
        for (const Step& step : m_plan.steps)
            for (const int output : step.outputs) {
                if (step.reorder)
                    continue;
                const ValueId id = storage(output).value;
                codesOf(id) = slotGrid(id);
                const bool slotted = m_state.active(id, Slot::Kind::activation) != nullptr;
                if (!slotted && step.kernel->moves && m_plan.graph.value(id).dtype == DType::float32)
                    codesOf(id) = codesOf(storage(step.inputs[0]).value);
            }
    }

    const Encoding* slotGrid(ValueId id) const
    {
        const auto entry = m_state.active(id, Slot::Kind::activation);
        const bool simple = entry && entry->integer() && !entry->encoding().perChannel();
        return simple ? entry->setting.encoding.get() : nullptr;
    }

    void bindConstants()
    {
        m_state.constants.resize(m_plan.storages.size());
        m_state.constantEntries.resize(m_plan.storages.size());
        for (std::size_t i = 0; i < m_plan.storages.size(); ++i) {
            const Storage& place = m_plan.storages[i];
            if (!place.constant)
                continue;
            const auto entry = m_state.active(place.value, Slot::Kind::weight);
            m_state.constantEntries[i] = entry;
            if (m_previous && m_previous->constantEntries[i] == entry)
                m_state.constants[i] = m_previous->constants[i];
            else
                m_state.constants[i] = inLayout(slottedConstant(m_plan.valueOf(place).constant, entry.get()), place.layout);
            m_state.weightBytes += place.bytes;
        }
    }

    static Tensor inLayout(const Tensor& plain, Layout layout)
    {
        if (layout == Layout::plain)
            return plain;
        Tensor result(plain.dtype(), plain.shape());
        StridedCopy(plain.shape().dims(), stridesOf(plain.shape(), Layout::plain), stridesOf(plain.shape(), layout))
            .run(plain.bytes().data(), result.mutableBytes().data(), dtypeSize(plain.dtype()));
        return result;
    }

    std::shared_ptr<const StepBinding> bindStep(std::size_t index)
    {
        const Step& step = m_plan.steps[index];
        const ThreadScope threads(step.threads);
        const bool known = m_previous && !m_previous->steps.empty();
        std::shared_ptr<const StepBinding> binding;
        if (known && unchanged(step))
            binding = m_previous->steps[index];
        else
            binding = step.kernel->bind(StepContext(m_state, index, known ? m_previous->steps[index].get() : nullptr));
        m_state.scratchBytes = std::max(m_state.scratchBytes, scratchOf(step, *binding));
        return binding;
    }

    /// True when nothing around the step differs from the previous state.
    bool unchanged(const Step& step) const
    {
        if (m_previous->precision != m_state.precision)
            return false;
        const auto same = [&](int index) {
            const auto value = static_cast<std::size_t>(storage(index).value.index);
            return m_previous->codes[value] == m_state.codes[value];
        };
        return std::all_of(step.inputs.begin(), step.inputs.end(), same) &&
               std::all_of(step.outputs.begin(), step.outputs.end(), same) &&
               std::all_of(step.kernel->constants.begin(), step.kernel->constants.end(), [&](ValueId id) {
                   return m_previous->active(id, Slot::Kind::weight) == m_state.active(id, Slot::Kind::weight);
               });
    }

    /// The kernel's own scratch memory, and room for real numbers of operands that arrive as codes.
    std::size_t scratchOf(const Step& step, const StepBinding& binding) const
    {
        std::size_t bytes = step.kernel->scratchBytes + binding.scratchBytes;
        if (!binding.codesIn)
            for (const int input : step.inputs)
                if (m_state.codes[static_cast<std::size_t>(storage(input).value.index)])
                    bytes += (static_cast<std::size_t>(storage(input).bytes) + 63) / 64 * 64;
        return bytes + 64;
    }

    Binding::State& m_state;
    const Plan& m_plan;
    const Binding::State* m_previous;
};

}

std::shared_ptr<const Binding::State> Binding::State::make(std::shared_ptr<const Plan> plan, Precision precision,
                                                           std::vector<std::shared_ptr<const SlotEntry>> entries,
                                                           const State* previous)
{
    const ThreadScope threads(plan->options.threads);
    auto state = std::make_shared<State>();
    state->plan = std::move(plan);
    state->precision = precision;
    state->entries = std::move(entries);
    StateMaker(*state, previous).run();
    return state;
}

namespace {

const SlotSetting& clearSetting()
{
    static const SlotSetting clear;
    return clear;
}

const Digest& clearDigest()
{
    static const Digest zero{};
    return zero;
}

}

Precision Binding::precision() const
{
    return m_state ? m_state->precision : Precision::floating;
}

const SlotSetting& Binding::setting(int slot) const
{
    const auto& entry = m_state->entries.at(static_cast<std::size_t>(slot));
    return entry ? entry->setting : clearSetting();
}

const Digest& Binding::digest(int slot) const
{
    const auto& entry = m_state->entries.at(static_cast<std::size_t>(slot));
    return entry ? entry->digest() : clearDigest();
}

Binding Binding::with(int slot, SlotSetting setting) const
{
    return with(std::map<int, SlotSetting>{{slot, std::move(setting)}});
}

Binding Binding::with(const std::map<int, SlotSetting>& settings) const
{
    auto entries = m_state->entries;
    for (const auto& [slot, setting] : settings)
        entries.at(static_cast<std::size_t>(slot)) = setting.active() ? std::make_shared<const SlotEntry>(setting) : nullptr;
    Binding result;
    result.m_state = State::make(m_state->plan, m_state->precision, std::move(entries), m_state.get());
    return result;
}

Binding Binding::withPrecision(Precision precision) const
{
    if (precision == m_state->precision)
        return *this;
    Binding result;
    result.m_state = State::make(m_state->plan, precision, m_state->entries, m_state.get());
    return result;
}

Binding Binding::cleared() const
{
    Binding result;
    result.m_state = State::make(m_state->plan, m_state->precision,
                                 std::vector<std::shared_ptr<const SlotEntry>>(m_state->entries.size()), m_state.get());
    return result;
}

}
