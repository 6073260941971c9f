// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/program.h"

namespace lathe {

/// Codes of a slotted weight with the zero-point taken off, in the constant's order: those of the setting,
/// else the constant rounded to its grid.
std::vector<float> centredCodes(const SlotSetting& weight, const Tensor& constant);

/// Scale of a channel of a grid that may have one for all.
float channelScale(const Encoding& encoding, std::size_t channel);

/// The float32 products sx * sw, one a channel: what a unit of the accumulator is worth.
std::vector<float> accumulatorScales(float inputScale, const Encoding& weight, std::int64_t channels);

/// Bias codes on the accumulator's grid. A slot on that grid gives its codes; any other bias, in real
/// numbers, is rounded to it. `bias` may be null.
std::vector<std::int32_t> accumulatorBias(const SlotSetting* slot, const Tensor* bias,
                                          const std::vector<float>& accumulatorScale);

/// The same values with the channels of a matrix [K, channels] first.
std::vector<float> transposedWeights(std::span<const float> values, std::int64_t channels);

}
