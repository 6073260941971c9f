// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/code_math.h"
#include "core/runtime/packed_weights.h"
#include "core/runtime/slot_entry.h"
#include "core/runtime/weighted.h"

namespace lathe {

/// Weights and bias as real numbers, packed for the fused primitive.
struct RealWeights
{
    std::shared_ptr<const SlotEntry> weightSlot, biasSlot; ///< what they were made of: compared by address
    std::shared_ptr<const PackedWeights> weights;
    dnnl::memory bias;
};

/// Weight codes, one packed plane a digit.
struct CodeWeights
{
    std::shared_ptr<const SlotEntry> weightSlot;
    CodeGrid input; ///< what the plan was made for
    DigitPlan plan;
    std::vector<dnnl::memory> digits;
};

/// Binding of a weighted kernel. Keeps both kinds of packed weights across changes of other slots.
struct WeightedBinding final : StepBinding
{
    std::shared_ptr<const RealWeights> reals;
    std::shared_ptr<const CodeWeights> codes;
    std::vector<float> multiplier;
    std::vector<std::int32_t> bias;
    float clampLow = 0, clampHigh = 0, low = 0, high = 0;

    Requantization requantization() const
    {
        return {multiplier, bias, codesOut, clampLow, clampHigh, low, high};
    }
};

void bindReals(WeightedBinding& binding, const WeightedParts& parts, const BindContext& context);
void bindCodes(WeightedBinding& binding, const WeightedParts& parts, const BindContext& context);

}
