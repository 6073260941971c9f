// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/requantize.h"

#include "core/numeric/arithmetic.h"
#include "core/numeric/number_format.h"
#include "core/numeric/qdq.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

float scalarScale(const RunContext& context, std::size_t operand)
{
    return channelScales(context, operand, 1).front();
}

std::int32_t scalarZeroPoint(const RunContext& context, std::size_t operand)
{
    return channelZeroPoints(context, operand, 1).front();
}

std::vector<float> channelScales(const RunContext& context, std::size_t operand, std::int64_t count)
{
    std::vector<float> scales = context.input(operand).toFloats();
    if (scales.size() == 1)
        scales.resize(static_cast<std::size_t>(count), scales.front());
    if (static_cast<std::int64_t>(scales.size()) != count)
        context.fail("operand " + std::to_string(operand) + " must have one scale, or " +
                     std::to_string(count));
    return scales;
}

std::vector<std::int32_t> channelZeroPoints(const RunContext& context, std::size_t operand,
                                            std::int64_t count)
{
    if (context.input(operand).empty())
        return std::vector<std::int32_t>(static_cast<std::size_t>(count), 0);
    const Tensor wide = context.input(operand).converted(DType::int32);
    const auto values = wide.data<std::int32_t>();
    std::vector<std::int32_t> codes(values.begin(), values.end());
    if (codes.size() == 1)
        codes.resize(static_cast<std::size_t>(count), codes.front());
    if (static_cast<std::int64_t>(codes.size()) != count)
        context.fail("operand " + std::to_string(operand) + " must have one zero-point, or " +
                     std::to_string(count));
    return codes;
}

std::int32_t lowestCode(DType type)
{
    return NumberFormat::integer(dtypeBits(type), isSigned(type)).minimumCode();
}

std::int32_t highestCode(DType type)
{
    return NumberFormat::integer(dtypeBits(type), isSigned(type)).maximumCode();
}

CodeLimits resultCodes(const Node& node, DType type)
{
    const std::int64_t low = lowestCode(type), high = highestCode(type);
    return {static_cast<std::int32_t>(boundedInteger(node, minimumCodeAttribute, low, low, high)),
            static_cast<std::int32_t>(boundedInteger(node, maximumCodeAttribute, high, low, high))};
}

std::int32_t limitCode(float code, CodeLimits limits)
{
    if (code >= static_cast<float>(limits.high))
        return limits.high;
    return code > static_cast<float>(limits.low) ? static_cast<std::int32_t>(code) : limits.low;
}

std::int32_t requantize(std::int64_t sum, float multiplier, std::int32_t zeroPoint, CodeLimits limits)
{
    return limitCode(roundHalfEven(static_cast<float>(sum) * multiplier) + static_cast<float>(zeroPoint),
                     limits);
}

}
