// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/program.h"

#include <unistd.h>

#include <algorithm>

#include "core/base/checked.h"
#include "core/base/process_memory.h"
#include "core/base/text.h"
#include "core/runtime/binding_state.h"
#include "core/runtime/nested_taps.h"
#include "core/runtime/onednn.h"
#include "core/runtime/prepare.h"
#include "core/runtime/program_impl.h"

namespace lathe {

namespace {

std::int64_t memoryLimit(const CompileOptions& options)
{
    if (options.memoryLimitBytes > 0)
        return options.memoryLimitBytes;
    return static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE) / 2;
}

/// Bytes of all constants that steps read or pack.
std::int64_t constantBytes(const Plan& plan)
{
    std::int64_t bytes = 0;
    for (const Storage& storage : plan.storages)
        if (storage.constant)
            bytes += storage.bytes;
    for (const Step& step : plan.steps)
        for (const ValueId id : step.kernel->constants)
            bytes += plan.graph.value(id).constant.byteSize();
    return bytes;
}

/// Program::forecastBytes without generated machine code.
std::int64_t forecast(const Plan& plan)
{
    std::int64_t bytes = plan.arenaBytes + static_cast<std::int64_t>(plan.scratchBytes);
    for (const Value& value : plan.graph.values())
        if (value.isConstant())
            bytes += value.constant.byteSize();
    for (const Storage& storage : plan.storages)
        if (storage.constant && storage.layout != Layout::plain)
            bytes += storage.bytes;
    for (const Step& step : plan.steps)
        bytes += static_cast<std::int64_t>(step.kernel->packedBytes);
    for (const std::vector<int>* ends : {&plan.inputStorages, &plan.outputStorages})
        for (const int storage : *ends)
            bytes += plan.storages[static_cast<std::size_t>(storage)].bytes;
    return bytes;
}

void checkMemory(const Plan& plan, std::int64_t needed)
{
    const std::int64_t limit = memoryLimit(plan.options);
    if (needed > limit)
        throw Error(ErrorCode::tooLarge, plan.graph.name,
                    {{"what", "Running the model"}, {"needed", sizeText(needed)}, {"limit", sizeText(limit)}});
}

/// The least that a run can need: before kernels are made for shapes that cannot run.
std::int64_t largestValue(const Graph& graph)
{
    std::int64_t largest = 0;
    for (const Value& value : graph.values())
        if (value.shape && value.shape->isStatic()) {
            const auto bytes = checkedMul(value.shape->elements(), std::max(dtypeSize(value.dtype), 1));
            largest = std::max(largest, bytes.value_or(INT64_MAX));
        }
    return largest;
}

/// The arena holds numbers only.
void refuseTexts(const Graph& graph)
{
    for (const Value& value : graph.values())
        if (value.dtype == DType::string)
            throw Error(ErrorCode::dtypeMismatch, value.name,
                        {{"actual", std::string(dtypeName(value.dtype))}, {"expected", "a numeric element type"}});
}

/// A quantized graph starts simulated, as its points say; a float one in float.
Precision initialPrecision(const std::vector<SlotSetting>& settings)
{
    const bool any = std::any_of(settings.begin(), settings.end(), [](const SlotSetting& s) { return s.active(); });
    return any ? Precision::simulated : Precision::floating;
}

}

ValueId tappedValue(const Plan& plan, std::string_view name)
{
    const auto other = plan.otherNames.find(std::string(name));
    ValueId id = plan.graph.find(other == plan.otherNames.end() ? name : std::string_view(other->second));
    if (!id.valid())
        if (const auto alias = plan.aliases.find(std::string(name)); alias != plan.aliases.end())
            id = plan.graph.find(plan.slotList[static_cast<std::size_t>(alias->second)].value);
    const bool written = id.valid() && std::any_of(plan.storages.begin(), plan.storages.end(), [&](const Storage& s) {
                             return s.value == id && !s.constant;
                         });
    return written ? id : ValueId();
}

std::shared_ptr<const Program> Program::compile(const Graph& graph, const CompileOptions& options, const Control& control)
{
    return whileDoing("compiling the model", [&] {
        const ThreadScope threads(options.threads);
        Prepared prepared = prepareGraph(graph, options, control);
        auto plan = std::make_shared<Plan>(std::move(prepared.plan));
        refuseTexts(plan->graph);
        checkMemory(*plan, largestValue(plan->graph));
        const std::int64_t residentBefore = residentBytes();
        lowerGraph(*plan, control);
        const std::int64_t generatedBytes = std::max<std::int64_t>(residentBytes() - residentBefore, 0);
        plan->arenaBytes = planMemory(plan->storages);
        const std::int64_t weightBytes = constantBytes(*plan);
        const std::int64_t forecastBytes = forecast(*plan) + generatedBytes;
        checkMemory(*plan, forecastBytes);
        const Precision precision = initialPrecision(prepared.settings);
        std::vector<std::shared_ptr<const SlotEntry>> entries;
        for (SlotSetting& setting : prepared.settings)
            entries.push_back(setting.active() ? std::make_shared<const SlotEntry>(std::move(setting)) : nullptr);
        auto program = std::make_shared<Program>(PrivateTag{});
        program->m_impl = std::make_unique<Impl>();
        program->m_impl->weightBytes = weightBytes;
        program->m_impl->forecastBytes = forecastBytes;
        program->m_impl->defaultBinding.m_state =
            Binding::State::make(plan, precision, std::move(entries), nullptr);
        program->m_impl->choices = plan->choices;
        for (const std::string& label : prepared.lateNodes)
            program->m_impl->choices.push_back({label, "late", "its shapes are only known while running"});
        program->m_impl->nestedValues = nestedValues(plan->graph, prepared.late.get(), options.tapAll);
        program->m_impl->whole = std::move(prepared.whole);
        program->m_impl->late = std::move(prepared.late);
        program->m_impl->plan = std::move(plan);
        return std::shared_ptr<const Program>(std::move(program));
    });
}

Program::Program(PrivateTag) {}
Program::~Program() = default;

const Graph& Program::graph() const
{
    return m_impl->late ? m_impl->whole : m_impl->plan->graph;
}

const std::vector<Slot>& Program::allSlots() const
{
    return m_impl->plan->slotList;
}

int Program::findSlot(std::string_view value, Slot::Kind kind) const
{
    const std::vector<Slot>& all = allSlots();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].kind == kind && all[i].value == value)
            return static_cast<int>(i);
    const auto alias = m_impl->plan->aliases.find(std::string(value));
    if (alias != m_impl->plan->aliases.end() && all[static_cast<std::size_t>(alias->second)].kind == kind)
        return alias->second;
    return -1;
}

const Binding& Program::defaultBinding() const
{
    return m_impl->defaultBinding;
}

const std::vector<KernelChoice>& Program::kernels() const
{
    return m_impl->choices;
}

std::int64_t Program::arenaBytes() const
{
    return m_impl->plan->arenaBytes;
}

std::int64_t Program::weightBytes() const
{
    return m_impl->weightBytes;
}

std::int64_t Program::forecastBytes() const
{
    return m_impl->forecastBytes;
}

int Program::stepCount() const
{
    return static_cast<int>(m_impl->plan->steps.size());
}

const Encoding* Program::byteGrid(std::string_view value) const
{
    const Plan& plan = *m_impl->plan;
    const ValueId id = tappedValue(plan, value);
    const auto grid = id.valid() ? plan.byteGrids.find(plan.graph.value(id).name) : plan.byteGrids.end();
    return grid == plan.byteGrids.end() ? nullptr : &grid->second;
}

bool Program::canTap(std::string_view value) const
{
    return tappedValue(*m_impl->plan, value).valid() || m_impl->nestedValues.contains(value);
}

int Program::firstStep(int slot) const
{
    const Plan& plan = *m_impl->plan;
    const Slot& wanted = plan.slotList.at(static_cast<std::size_t>(slot));
    const ValueId id = plan.graph.find(wanted.value);
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const Step& step = plan.steps[i];
        const bool reads = std::any_of(step.inputs.begin(), step.inputs.end(), [&](int storage) {
            return plan.storages[static_cast<std::size_t>(storage)].value == id;
        });
        const auto& constants = step.kernel->constants;
        if (reads || std::find(constants.begin(), constants.end(), id) != constants.end())
            return static_cast<int>(i);
    }
    return stepCount();
}

int Program::writtenBy(int slot) const
{
    const Plan& plan = *m_impl->plan;
    const Slot& wanted = plan.slotList.at(static_cast<std::size_t>(slot));
    if (wanted.kind != Slot::Kind::activation)
        return firstStep(slot);
    const ValueId id = plan.graph.find(wanted.value);
    int written = stepCount();
    for (const Storage& storage : plan.storages)
        if (storage.value == id)
            written = std::min(written, storage.written);
    return written;
}

}
