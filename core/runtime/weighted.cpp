// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/weighted.h"

#include <atomic>

#include "core/runtime/weighted_binding.h"

namespace lathe {

namespace {

struct WeightedState final : KernelState
{
    PrimitiveCall fused, raw;
    std::size_t fusedSource = 0, fusedWeights = 0, fusedBias = 0, fusedTarget = 0, fusedScratch = 0;
    std::size_t rawSource = 0, rawWeights = 0, rawTarget = 0, rawScratch = 0;
};

constexpr std::size_t align64(std::size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

}

WeightedKernel::WeightedKernel(WeightedParts parts)
    : m_parts(std::move(parts))
{
    scratchBytes = align64(m_parts.fused.scratchpad.get_size());
    if (m_parts.raw)
        scratchBytes = std::max(scratchBytes, align64(m_parts.raw.scratchpad.get_size()));
    packedBytes = m_parts.fused.weights.get_size();
    if (m_parts.hasResidual) {
        overwritten = 1;
        overwrites = true;
    }
}

bool WeightedKernel::canRunCodes(const BindContext& context) const
{
    const auto weight = context.weightSlot(m_parts.weight);
    if (!m_parts.raw || !context.input(0) || !weight || !weight->integer() || m_parts.hasResidual)
        return false;
    const Encoding& encoding = weight->encoding();
    return m_parts.weightFactor == 1 && m_parts.biasFactor == 1 &&
           (!encoding.perChannel() || encoding.axis == m_parts.weightChannelAxis);
}

std::shared_ptr<const StepBinding> WeightedKernel::bind(const BindContext& context) const
{
    const auto* previous = dynamic_cast<const WeightedBinding*>(context.previous());
    auto binding =
        previous ? std::make_shared<WeightedBinding>(*previous) : std::make_shared<WeightedBinding>();
    binding->codesIn = canRunCodes(context);
    binding->codesOut =
        binding->codesIn && context.output() && (m_parts.activation.none() || m_parts.activation.clamp());
    if (binding->codesIn)
        bindCodes(*binding, m_parts, context);
    else
        bindReals(*binding, m_parts, context);
    return binding;
}

std::unique_ptr<KernelState> WeightedKernel::makeState() const
{
    auto state = std::make_unique<WeightedState>();
    const WeightedPrimitive& fused = m_parts.fused;
    state->fused = PrimitiveCall(fused.primitive);
    state->fusedSource = state->fused.add(DNNL_ARG_SRC, fused.source);
    state->fusedTarget = state->fused.add(DNNL_ARG_DST, fused.target);
    state->fusedScratch = state->fused.add(DNNL_ARG_SCRATCHPAD, fused.scratchpad);
    state->fusedWeights = state->fused.add(DNNL_ARG_WEIGHTS);
    if (m_parts.bias.valid())
        state->fusedBias = state->fused.add(DNNL_ARG_BIAS);
    if (const WeightedPrimitive& raw = m_parts.raw) {
        state->raw = PrimitiveCall(raw.primitive);
        state->rawSource = state->raw.add(DNNL_ARG_SRC, raw.source);
        state->rawTarget = state->raw.add(DNNL_ARG_DST, raw.target);
        state->rawScratch = state->raw.add(DNNL_ARG_SCRATCHPAD, raw.scratchpad);
        state->rawWeights = state->raw.add(DNNL_ARG_WEIGHTS);
    }
    return state;
}

void WeightedKernel::run(StepRun& run) const
{
    if (run.binding->codesIn)
        runCodes(run);
    else
        runReals(run);
}

void WeightedKernel::runReals(StepRun& run) const
{
    auto& state = static_cast<WeightedState&>(*run.state);
    const auto& binding = static_cast<const WeightedBinding&>(*run.binding);
    state.fused.setAddress(state.fusedSource, run.inputs[0].data);
    state.fused.setAddress(state.fusedTarget, run.outputs[0].data);
    state.fused.setAddress(state.fusedScratch, run.scratch);
    state.fused.setMemory(state.fusedWeights, binding.reals->weights->memory);
    if (m_parts.bias.valid())
        state.fused.setMemory(state.fusedBias, binding.reals->bias);
    state.fused.execute();
}

namespace {

/// Requantizes all accumulators of an output whose channels are innermost, or lie in runs of `inner`.
template <typename Acc>
std::int64_t requantizeAll(const Acc* acc, float* out, std::int64_t elements, std::int64_t channels,
                           std::int64_t inner, const Requantization& how)
{
    constexpr std::int64_t grain = 1 << 14;
    const std::int64_t length = inner == 1 ? channels : inner;
    std::atomic<std::int64_t> clipped = 0;
    parallelRanges(elements / length, grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
        if (inner == 1) {
            clipped += requantizeRows(acc + begin * length, out + begin * length, end - begin, channels, how);
            return;
        }
        for (std::int64_t run = begin; run < end; ++run)
            clipped += requantizeChannel(acc + run * length, out + run * length, length, run % channels, how);
    });
    return clipped;
}

}

void WeightedKernel::runCodes(StepRun& run) const
{
    auto& state = static_cast<WeightedState&>(*run.state);
    const auto& binding = static_cast<const WeightedBinding&>(*run.binding);
    const CodeWeights& codes = *binding.codes;
    float* const out = run.outputs[0].floats();
    const auto sourceElements = static_cast<std::size_t>(m_parts.raw.source.get_size() / sizeof(float));
    const auto elements = static_cast<std::int64_t>(m_parts.raw.target.get_size() / sizeof(float));
    const std::span<const float> source(run.inputs[0].floats(), sourceElements);

    state.raw.setAddress(state.rawTarget, out);
    state.raw.setAddress(state.rawScratch, run.scratch);
    const Requantization how = binding.requantization();
    if (codes.plan.passes() == 1) {
        state.raw.setAddress(state.rawSource, source.data());
        state.raw.setMemory(state.rawWeights, codes.digits[0]);
        state.raw.execute();
        run.clipped = requantizeAll(out, out, elements, m_parts.channels, m_parts.inner, how);
    } else {
        auto* total = reinterpret_cast<double*>(run.scratch + scratchBytes);
        auto* digits = reinterpret_cast<float*>(total + elements);
        std::fill_n(total, elements, 0.0);
        double inputWeight = 1;
        for (int x = 0; x < codes.plan.inputDigits; ++x, inputWeight *= codes.plan.inputBase) {
            extractDigit(source, digits, codes.plan.inputBase, codes.plan.inputDigits, x);
            state.raw.setAddress(state.rawSource, digits);
            double weight = inputWeight;
            for (const dnnl::memory& plane : codes.digits) {
                run.control.throwIfStopped();
                state.raw.setMemory(state.rawWeights, plane);
                state.raw.execute();
                accumulate({out, static_cast<std::size_t>(elements)}, weight, total);
                weight *= codes.plan.weightBase;
            }
        }
        run.clipped = requantizeAll(total, out, elements, m_parts.channels, m_parts.inner, how);
    }
    if (!binding.codesOut && !m_parts.activation.clamp())
        applyActivation({out, static_cast<std::size_t>(elements)}, m_parts.activation);
}

}
