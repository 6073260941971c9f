// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/weight_codes.h"

#include <algorithm>
#include <cmath>

namespace lathe {

std::vector<float> centredCodes(const SlotSetting& weight, const Tensor& constant)
{
    const Encoding& encoding = *weight.encoding;
    const Tensor codes = weight.codes ? *weight.codes : quantize(constant, encoding);
    std::vector<float> values = codes.toFloats();
    const Shape& shape = codes.shape();
    const std::int64_t inner =
        encoding.perChannel() ? shape.elements(encoding.axis + 1, shape.rank()) : codes.elements();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = (i / static_cast<std::size_t>(inner)) % encoding.channels();
        values[i] -= static_cast<float>(encoding.zeroPoint[channel]);
    }
    return values;
}

float channelScale(const Encoding& encoding, std::size_t channel)
{
    return encoding.scale[encoding.perChannel() ? channel : 0];
}

std::vector<float> accumulatorScales(float inputScale, const Encoding& weight, std::int64_t channels)
{
    std::vector<float> scales(static_cast<std::size_t>(channels));
    for (std::size_t c = 0; c < scales.size(); ++c)
        scales[c] = inputScale * channelScale(weight, c);
    return scales;
}

namespace {

/// Leaves room for any accumulator below 2^24 in 32 bits.
std::int32_t toBiasCode(double value)
{
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(value), -2130706432.0, 2130706432.0));
}

}

std::vector<std::int32_t> accumulatorBias(const SlotSetting* slot, const Tensor* bias,
                                          const std::vector<float>& accumulatorScale)
{
    std::vector<std::int32_t> result(accumulatorScale.size(), 0);
    if (!bias)
        return result;
    std::vector<float> reals = bias->toFloats();
    if (reals.size() == 1)
        reals.resize(result.size(), reals[0]);
    std::vector<std::int64_t> codes;
    if (slot && slot->encoding->format.isInteger() && slot->codes)
        codes = slot->codes->toIntegers();
    for (std::size_t c = 0; c < result.size(); ++c) {
        const auto grid = static_cast<double>(accumulatorScale[c]);
        const bool sameGrid =
            codes.size() == result.size() &&
            std::fabs(static_cast<double>(channelScale(*slot->encoding, c)) - grid) <= grid * 1e-5;
        result[c] =
            toBiasCode(sameGrid ? static_cast<double>(codes[c]) : static_cast<double>(reals[c]) / grid);
    }
    return result;
}

std::vector<float> transposedWeights(std::span<const float> values, std::int64_t channels)
{
    const auto width = static_cast<std::size_t>(channels);
    const std::size_t depth = width == 0 ? 0 : values.size() / width;
    std::vector<float> result(values.size());
    for (std::size_t k = 0; k < depth; ++k)
        for (std::size_t c = 0; c < width; ++c)
            result[c * depth + k] = values[k * width + c];
    return result;
}

}
