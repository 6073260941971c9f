// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/weighted_binding.h"

#include <algorithm>

#include "core/numeric/arithmetic.h"
#include "core/runtime/weight_codes.h"

namespace lathe {

namespace {

/// Channels first, row-major.
std::vector<float> channelsFirst(std::span<const float> values, const WeightedParts& parts)
{
    if (!parts.transposeWeight)
        return {values.begin(), values.end()};
    return transposedWeights(values, parts.channels);
}

/// A bias constant of one element, or one a channel, as one a channel.
std::vector<float> perChannel(const Tensor& constant, std::int64_t channels)
{
    std::vector<float> values = constant.toFloats();
    if (values.size() == 1)
        values.resize(static_cast<std::size_t>(channels), values[0]);
    return values;
}

/// Weight codes with the zero-point taken off, channels first.
std::vector<float> weightCodes(const WeightedParts& parts, const BindContext& context)
{
    return channelsFirst(
        centredCodes(context.weightSlot(parts.weight)->setting, context.floatConstant(parts.weight)), parts);
}

dnnl::memory packReals(const WeightedParts& parts, const Tensor& constant)
{
    const std::span<const float> plain = constant.data<float>();
    if (!parts.transposeWeight && parts.weightFactor == 1)
        return packWeights(plain.data(), parts.plainWeights, parts.fused.weights);
    std::vector<float> values = channelsFirst(plain, parts);
    for (float& value : values)
        value *= parts.weightFactor;
    return packWeights(values.data(), parts.plainWeights, parts.fused.weights);
}

/// Weights as the model has them are shared with other programs; what a slot made of them is this binding's
/// own.
std::shared_ptr<const PackedWeights> realWeights(const WeightedParts& parts, const BindContext& context,
                                                 bool slotted)
{
    const Tensor constant = context.constant(parts.weight);
    if (slotted)
        return std::make_shared<const PackedWeights>(PackedWeights{packReals(parts, constant), Tensor()});
    const Packing packing{.plain = parts.plainWeights,
                          .wanted = parts.fused.weights,
                          .factor = parts.weightFactor,
                          .transposed = parts.transposeWeight};
    return sharedWeights(constant, packing, [&] { return packReals(parts, constant); });
}

std::vector<std::int32_t> biasCodes(const WeightedParts& parts, const BindContext& context,
                                    const std::vector<float>& accumulatorScale)
{
    if (!parts.bias.valid())
        return accumulatorBias(nullptr, nullptr, accumulatorScale);
    const auto slot = context.weightSlot(parts.bias);
    const Tensor reals = context.constant(parts.bias);
    return accumulatorBias(slot ? &slot->setting : nullptr, &reals, accumulatorScale);
}

}

void bindReals(WeightedBinding& binding, const WeightedParts& parts, const BindContext& context)
{
    const auto weightSlot = context.weightSlot(parts.weight);
    const auto biasSlot = parts.bias.valid() ? context.weightSlot(parts.bias) : nullptr;
    const RealWeights* known = binding.reals.get();
    if (known && known->weightSlot == weightSlot && known->biasSlot == biasSlot)
        return;
    auto reals = std::make_shared<RealWeights>();
    reals->weightSlot = weightSlot;
    reals->biasSlot = biasSlot;
    if (known && known->weightSlot == weightSlot) {
        reals->weights = known->weights;
    } else {
        reals->weights = realWeights(parts, context, weightSlot != nullptr);
    }
    if (parts.bias.valid()) {
        std::vector<float> values = perChannel(context.constant(parts.bias), parts.channels);
        for (float& value : values)
            value *= parts.biasFactor;
        const dnnl::memory::desc desc({parts.channels}, dnnl::memory::data_type::f32,
                                      dnnl::memory::format_tag::a);
        reals->bias = packWeights(values.data(), desc, desc);
    }
    binding.reals = std::move(reals);
}

void bindCodes(WeightedBinding& binding, const WeightedParts& parts, const BindContext& context)
{
    const auto slot = context.weightSlot(parts.weight);
    const Encoding& input = *context.input(0);
    const CodeGrid inputGrid = CodeGrid::of(input);
    const CodeWeights* known = binding.codes.get();
    if (!known || known->weightSlot != slot || known->input.low != inputGrid.low ||
        known->input.high != inputGrid.high) {
        auto codes = std::make_shared<CodeWeights>();
        const std::vector<float> values = weightCodes(parts, context);
        codes->weightSlot = slot;
        codes->input = inputGrid;
        codes->plan = planDigits(values, parts.channels, inputGrid.low, inputGrid.high);
        if (known && known->weightSlot == slot && known->plan.weightDigits == codes->plan.weightDigits &&
            known->plan.weightBase == codes->plan.weightBase) {
            codes->digits = known->digits;
        } else {
            std::vector<float> digit(values.size());
            for (int i = 0; i < codes->plan.weightDigits; ++i) {
                extractDigit(values, digit.data(), codes->plan.weightBase, codes->plan.weightDigits, i);
                codes->digits.push_back(packWeights(digit.data(), parts.plainWeights, parts.raw.weights));
            }
        }
        binding.codes = std::move(codes);
    }
    binding.scratchBytes = 0;
    binding.passes = binding.codes->plan.passes();
    if (binding.passes > 1)
        binding.scratchBytes = parts.raw.target.get_size() * 2 + parts.raw.source.get_size() + 64;

    const Encoding* output = binding.codesOut ? context.output() : nullptr;
    const std::vector<float> accumulatorScale =
        accumulatorScales(input.scale[0], slot->encoding(), parts.channels);
    binding.multiplier = accumulatorScale;
    if (output)
        for (std::size_t c = 0; c < accumulatorScale.size(); ++c)
            binding.multiplier[c] =
                requantizeMultiplier(input.scale[0], channelScale(slot->encoding(), c), output->scale[0]);
    binding.bias = biasCodes(parts, context, accumulatorScale);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const bool clamps = parts.activation.clamp();
    const float low = clamps ? parts.activation.low : -infinity;
    const float high = clamps ? parts.activation.high : infinity;
    binding.clampLow = output ? clampCode(low, output->scale[0]) : low;
    binding.clampHigh = output ? clampCode(high, output->scale[0]) : high;
    if (output) {
        const CodeGrid grid = CodeGrid::of(*output);
        binding.low = grid.low;
        binding.high = grid.high;
    }
}

}
