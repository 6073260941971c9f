// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/ops/op.h"

namespace lathe {

/// The one number of a scale or zero-point operand. Throws Error{operatorInput} when there are more.
float scalarScale(const RunContext& context, std::size_t operand);
std::int32_t scalarZeroPoint(const RunContext& context, std::size_t operand);

/// A scale operand of one number, or one for each of `count` channels.
std::vector<float> channelScales(const RunContext& context, std::size_t operand, std::int64_t count);
/// The same of zero-points; zeros when omitted.
std::vector<std::int32_t> channelZeroPoints(const RunContext& context, std::size_t operand,
                                            std::int64_t count);

/// Smallest and largest code of an integer type.
std::int32_t lowestCode(DType type);
std::int32_t highestCode(DType type);

/// The codes that a result may take: all of its type, or fewer where the node's attributes
/// (core/numeric/qdq.h) say so: a grid narrower than its container, or a clamp that was fused.
struct CodeLimits
{
    std::int32_t low, high;
};
CodeLimits resultCodes(const Node& node, DType type);

/// A code that may lie beyond the limits; what is no number gives the lowest one.
std::int32_t limitCode(float code, CodeLimits limits);

/// A sum of products of codes as an accumulator of 32 bits holds it: modulo 2^32, with any bias added in.
/// Adding wraps, so it does not matter when the sum is cut. ONNX Runtime's kernels, oneDNN's and ours all
/// accumulate so.
inline std::int32_t accumulator(std::int64_t sum)
{
    return static_cast<std::int32_t>(sum);
}

/// An accumulator brought to codes: clamp(roundHalfEven(float32(sum) * multiplier) + zeroPoint).
std::int32_t requantize(std::int64_t sum, float multiplier, std::int32_t zeroPoint, CodeLimits limits);

}
