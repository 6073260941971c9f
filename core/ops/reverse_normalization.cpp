// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of BatchNormalization (with given statistics) and LayerNormalization.
#include <algorithm>
#include <cmath>

#include "core/ops/broadcast.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

std::vector<Tensor> reverseBatchNorm(const ReverseContext& context)
{
    const double epsilon = double{context.node.real("epsilon", 1e-5F)};
    const Shape& shape = context.input(0).shape();
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> in[5], at[5];
    for (std::size_t i = 0; i < 5; ++i) {
        in[i] = realsOf(context.input(i));
        at[i].assign(in[i].size(), 0.0);
    }
    const auto size = static_cast<std::size_t>(shape.elements(2, shape.rank()));
    const auto channels = static_cast<std::size_t>(shape[1]);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        const std::size_t c = i / size % channels;
        const double inverse = 1 / std::sqrt(in[4][c] + epsilon), centred = in[0][i] - in[3][c];
        at[0][i] = gradient[i] * in[1][c] * inverse;
        at[1][c] += gradient[i] * centred * inverse;
        at[2][c] += gradient[i];
        at[3][c] -= gradient[i] * in[1][c] * inverse;
        at[4][c] -= gradient[i] * in[1][c] * centred * inverse * inverse * inverse / 2;
    }
    return wantedOf(context, {&at[0], &at[1], &at[2], &at[3], &at[4]});
}

/// Statistics of the batch itself change with every element.
bool hasGivenStatistics(const Node& node)
{
    return node.integer("training_mode", 0) == 0;
}

/// Mean and deviation are no outputs.
bool hasOneOutput(const Node& node)
{
    return std::none_of(node.outputs.begin() + 1, node.outputs.end(), [](ValueId id) { return id.valid(); });
}

/// The gradient at one normalized row: what changes its mean or its spread is taken back out.
void reverseRow(std::span<const double> x, std::span<const double> atNormal, double epsilon,
                std::span<double> at, std::span<double> normal)
{
    const auto count = static_cast<double>(x.size());
    double mean = 0, variance = 0;
    for (const double value : x)
        mean += value / count;
    for (const double value : x)
        variance += (value - mean) * (value - mean) / count;
    const double inverse = 1 / std::sqrt(variance + epsilon);
    double sum = 0, product = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        normal[i] = (x[i] - mean) * inverse;
        sum += atNormal[i];
        product += atNormal[i] * normal[i];
    }
    for (std::size_t i = 0; i < x.size(); ++i)
        at[i] = inverse * (atNormal[i] - (sum + normal[i] * product) / count);
}

std::vector<Tensor> reverseLayerNorm(const ReverseContext& context)
{
    const Tensor &input = context.input(0), &scale = context.input(1), &bias = context.input(2);
    const int axis = axisOf(context.node, context.node.integer("axis", -1), input.shape().rank());
    const double epsilon = double{context.node.real("epsilon", 1e-5F)};
    const Shape normalized(std::vector<std::int64_t>(input.shape().begin() + axis, input.shape().end()));
    const std::vector<double> x = realsOf(input), factor = realsOf(scale), gradient = onlyGradient(context);
    const Shape& biasShape = bias.empty() ? normalized : bias.shape();
    const std::array strides{broadcastStrides(scale.shape(), normalized),
                             broadcastStrides(biasShape, normalized)};
    const auto size = static_cast<std::size_t>(normalized.elements());
    std::vector<double> atX(x.size()), atScale(factor.size(), 0.0);
    std::vector<double> atBias(static_cast<std::size_t>(biasShape.elements()), 0.0), atNormal(size),
        normal(size);
    for (std::size_t row = 0; size > 0 && row < x.size(); row += size) {
        forEachStrided(normalized, strides, [&](std::int64_t i, const auto& offsets) {
            const auto e = static_cast<std::size_t>(i);
            atNormal[e] = gradient[row + e] * factor[static_cast<std::size_t>(offsets[0])];
        });
        reverseRow(std::span(x).subspan(row, size), atNormal, epsilon, std::span(atX).subspan(row, size),
                   normal);
        forEachStrided(normalized, strides, [&](std::int64_t i, const auto& offsets) {
            const auto e = static_cast<std::size_t>(i);
            atScale[static_cast<std::size_t>(offsets[0])] += gradient[row + e] * normal[e];
            atBias[static_cast<std::size_t>(offsets[1])] += gradient[row + e];
        });
    }
    return wantedOf(context, {&atX, &atScale, &atBias});
}

}

void register_reverse_normalization(Table<Reverse>& table)
{
    table.add(
        {.id = "BatchNormalization", .vjp = reverseBatchNorm, .operands = 5, .suits = hasGivenStatistics});
    table.add({.id = "LayerNormalization", .vjp = reverseLayerNorm, .operands = 3, .suits = hasOneOutput});
}

}
