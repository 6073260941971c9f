// SPDX-License-Identifier: GPL-3.0-or-later
// GroupNormalization, MeanVarianceNormalization and LpNormalization: the input over a measure of a part of itself.
#include <algorithm>
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/lines.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// Mean and variance of numbers, in double.
struct Spread {
    double mean = 0, variance = 0;
};

template <typename T> Spread spreadOf(std::span<const T> values)
{
    Spread spread;
    const auto count = static_cast<double>(values.size());
    for (const T value : values)
        spread.mean += static_cast<double>(value) / count;
    for (const T value : values)
        spread.variance += (static_cast<double>(value) - spread.mean) * (static_cast<double>(value) - spread.mean) / count;
    return spread;
}

/// One number a channel, from an operand with one a channel (opset 21) or one a group (opset 18).
std::vector<double> spreadOperand(const RunContext& context, std::size_t operand, std::int64_t channels,
                                  std::int64_t groups)
{
    const Tensor& tensor = givenOperand(context, operand);
    if ((tensor.elements() != channels && tensor.elements() != groups) || !isFloat(tensor.dtype()))
        context.fail("operand " + std::to_string(operand) + " has neither one number a channel nor one a group");
    std::vector<double> result;
    for (std::int64_t channel = 0; channel < channels; ++channel)
        result.push_back(tensor.at(channel / (channels / tensor.elements())));
    return result;
}

std::vector<Tensor> runGroup(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const Shape& shape = input.shape();
    if (shape.rank() < 2)
        context.fail("the input needs at least a batch and a channel axis");
    const std::int64_t channels = shape[1], plane = shape.elements(2, shape.rank());
    const std::int64_t groups = boundedInteger(context.node, "num_groups", 0, 1, maxDimension);
    if (channels % groups != 0)
        context.fail(std::to_string(channels) + " channels do not divide into " + std::to_string(groups) + " groups");
    const std::vector<double> scale = spreadOperand(context, 1, channels, groups);
    const std::vector<double> bias = spreadOperand(context, 2, channels, groups);
    const double epsilon = context.node.real("epsilon", 1e-5f);
    Tensor output(input.dtype(), shape);
    const auto size = static_cast<std::size_t>(channels / groups * plane);
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        for (std::size_t start = 0; start < out.size(); start += size) {
            const auto in = input.data<T>().subspan(start, size);
            const Spread spread = spreadOf(in);
            const double inverse = 1 / std::sqrt(spread.variance + epsilon);
            for (std::size_t i = 0; i < size; ++i) {
                const std::size_t c = (start + i) / static_cast<std::size_t>(plane) % static_cast<std::size_t>(channels);
                out[start + i] =
                    static_cast<T>((static_cast<double>(in[i]) - spread.mean) * inverse * scale[c] + bias[c]);
            }
        }
    });
    return {output};
}

/// Axes in the order kept ones, then normalized ones; where the latter begin.
std::vector<int> keptFirst(const Node& node, int rank, int& kept)
{
    std::vector<std::int64_t> stated = node.integers("axes");
    if (stated.empty())
        stated = {0, 2, 3};
    const std::vector<int> axes = axesOf(node, stated, rank);
    std::vector<int> perm;
    for (int axis = 0; axis < rank; ++axis)
        if (std::find(axes.begin(), axes.end(), axis) == axes.end())
            perm.push_back(axis);
    kept = static_cast<int>(perm.size());
    for (int axis = 0; axis < rank; ++axis)
        if (std::find(axes.begin(), axes.end(), axis) != axes.end())
            perm.push_back(axis);
    return perm;
}

std::vector<int> inverted(const std::vector<int>& perm)
{
    std::vector<int> result(perm.size());
    for (std::size_t i = 0; i < perm.size(); ++i)
        result[static_cast<std::size_t>(perm[i])] = static_cast<int>(i);
    return result;
}

/// (x - mean) / (standard deviation + 1e-9) over the stated axes.
std::vector<Tensor> runMeanVariance(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    int kept = 0;
    const std::vector<int> perm = keptFirst(context.node, input.shape().rank(), kept);
    Tensor rows = transposed(input, perm);
    const auto size = static_cast<std::size_t>(rows.shape().elements(kept, rows.shape().rank()));
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto data = rows.mutableData<T>();
        for (std::size_t start = 0; start < data.size(); start += size) {
            const Spread spread = spreadOf(std::span<const T>(data.subspan(start, size)));
            const double divisor = std::sqrt(spread.variance) + 1e-9;
            for (T& value : data.subspan(start, size))
                value = static_cast<T>((static_cast<double>(value) - spread.mean) / divisor);
        }
    });
    return {transposed(rows, inverted(perm))};
}

/// x / its 1- or 2-norm along one axis; a line of zeros stays one.
std::vector<Tensor> runLp(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape().rank());
    const bool absolute = boundedInteger(context.node, "p", 2, 1, 2) == 1;
    const Lines lines(input.shape(), axis);
    Tensor output(input.dtype(), input.shape());
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::int64_t line = 0; line < lines.count; ++line) {
            double sum = 0;
            for (std::int64_t k = 0; k < lines.length; ++k) {
                const auto x = static_cast<double>(in[lines.at(line, k, lines.length)]);
                sum += absolute ? std::abs(x) : x * x;
            }
            const double norm = absolute ? sum : std::sqrt(sum);
            for (std::int64_t k = 0; k < lines.length; ++k) {
                const std::size_t at = lines.at(line, k, lines.length);
                out[at] = norm == 0 ? T{0} : static_cast<T>(static_cast<double>(in[at]) / norm);
            }
        }
    });
    return {output};
}

}

void register_group_normalization(Table<Op>& table)
{
    table.add({.id = "GroupNormalization",
               .exactness = Exactness::accumulated,
               .sinceOpset = 18,
               .infer = inferSame,
               .run = viaFloat32<runGroup>});
    table.add({.id = "MeanVarianceNormalization",
               .exactness = Exactness::accumulated,
               .sinceOpset = 9,
               .infer = inferSame,
               .run = viaFloat32<runMeanVariance>});
    table.add({.id = "LpNormalization",
               .exactness = Exactness::accumulated,
               .infer = inferSame,
               .run = viaFloat32<runLp>});
}

}
