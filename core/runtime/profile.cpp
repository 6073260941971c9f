// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/profile.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "core/ops/macs.h"
#include "core/runtime/program_impl.h"

namespace lathe {

namespace {

/// The node that a step was made for, from its label: the nearest one before the step's output, since what is fused
/// follows its node and labels need not be unique.
const Node* nodeOf(const Graph& graph, const std::string& label, ValueId output)
{
    constexpr int farthest = 12;
    std::vector<ValueId> wave{output};
    for (int distance = 0; distance < farthest && !wave.empty(); ++distance) {
        std::vector<ValueId> before;
        for (const ValueId id : wave) {
            const NodeId producer = id.valid() ? graph.producer(id) : NodeId();
            if (!producer.valid())
                continue;
            const Node& node = graph.node(producer);
            if (node.label() == label)
                return &node;
            before.insert(before.end(), node.inputs.begin(), node.inputs.end());
        }
        wave = std::move(before);
    }
    return nullptr;
}

/// True when the binding holds the value's slot set.
bool isOnGrid(const Plan& plan, const Binding::State& state, ValueId value)
{
    const int slot = plan.slotOf(value, Slot::Kind::activation);
    return slot >= 0 && state.active(slot) != nullptr;
}

StepProfile describe(const Plan& plan, const Binding::State& state, std::size_t index)
{
    const Step& step = plan.steps[index];
    const StepBinding& binding = *state.steps[index];
    const auto storageOf = [&](int storage) -> const Storage& { return plan.storages[static_cast<std::size_t>(storage)]; };
    StepProfile result;
    result.node = step.label;
    result.kernel = plan.choices[index].kernel;
    result.reason = plan.choices[index].reason;
    result.passes = binding.codesIn ? binding.passes : 1;
    for (const int input : step.inputs) {
        const Storage& storage = storageOf(input);
        (storage.constant ? result.weightBytes : result.readBytes) += storage.bytes;
        const bool codes = !storage.constant && state.codes[static_cast<std::size_t>(storage.value.index)];
        result.convertsInput = result.convertsInput || (codes && !binding.codesIn && !step.kernel->moves);
    }
    for (const ValueId constant : step.kernel->constants)
        result.weightBytes += plan.graph.value(constant).constant.byteSize();
    for (const int output : step.outputs) {
        result.writtenBytes += storageOf(output).bytes;
        result.roundsOutput = result.roundsOutput || (isOnGrid(plan, state, storageOf(output).value) && !binding.codesOut);
    }
    if (step.kernel->alias)
        result.readBytes = result.writtenBytes = 0;
    const ValueId made = step.outputs.empty() ? ValueId() : storageOf(step.outputs.front()).value;
    result.id = step.reorder || !made.valid() ? step.label : plan.graph.value(made).name;
    result.op = "Reorder";
    if (step.reorder)
        return result;
    const Node* node = nodeOf(plan.graph, step.label, made);
    if (node && !node->name.empty())
        result.node = node->name;
    result.op = node ? opId(*node) : std::string();
    result.macs = node ? macsOf(plan.graph, *node) : 0;
    return result;
}

double median(std::vector<double>& values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}

TensorMap seededInputs(const Program& program, std::uint64_t seed)
{
    TensorMap inputs;
    for (const ValueId id : program.graph().inputs) {
        const Value& value = program.graph().value(id);
        std::mt19937_64 random(seed);
        std::vector<float> values(static_cast<std::size_t>(value.shape->elements()));
        const bool real = isFloat(value.dtype);
        for (float& v : values)
            v = real ? static_cast<float>(random() >> 40) * 0x1p-24F : static_cast<float>(random() % 2);
        inputs[value.name] = Tensor::of<float>(*value.shape, std::span<const float>(values)).converted(value.dtype);
    }
    return inputs;
}

Profile profileProgram(const std::shared_ptr<const Program>& program, const Binding& binding, const TensorMap& inputs,
                       const ProfileOptions& options, const Control& control)
{
    using Clock = std::chrono::steady_clock;
    const Plan& plan = *program->impl().plan;
    Execution execution(program);
    std::vector<std::int64_t> stepNs(plan.steps.size());
    std::vector<std::vector<double>> times(plan.steps.size());
    std::vector<double> wholes;
    const int runs = std::max(options.warmup, 0) + std::max(options.repeat, 1);
    for (int run = 0; run < runs; ++run) {
        const auto start = Clock::now();
        execution.runTimed(inputs, binding, stepNs, control);
        const double wholeMs = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        control.progress(run + 1, runs, "profiling");
        if (run < options.warmup)
            continue;
        wholes.push_back(wholeMs);
        for (std::size_t i = 0; i < stepNs.size(); ++i)
            times[i].push_back(static_cast<double>(stepNs[i]) * 1e-6);
    }
    Profile profile;
    profile.medianMs = median(wholes);
    for (std::size_t i = 0; i < times.size(); ++i) {
        StepProfile step = describe(plan, binding.state(), i);
        step.minMs = *std::min_element(times[i].begin(), times[i].end());
        step.medianMs = median(times[i]);
        profile.stepsMs += step.medianMs;
        profile.steps.push_back(std::move(step));
    }
    return profile;
}

}
