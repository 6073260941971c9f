// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of Softmax and LogSoftmax.
#include <cmath>

#include "core/ops/infer_helpers.h"
#include "core/ops/lines.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// With p the probabilities: p * (g - sum(g * p)) for Softmax, g - p * sum(g) for LogSoftmax.
template <bool logarithmic>
std::vector<Tensor> reverseSoftmax(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const int axis = axisOf(context.node, context.node.integer("axis", -1), shape.rank());
    const std::vector<double> y = realsOf(context.outputs[0]), gradient = onlyGradient(context);
    std::vector<double> at(y.size(), 0.0);
    const Lines lines(shape, axis);
    for (std::int64_t line = 0; line < (lines.length > 0 ? lines.count : 0); ++line) {
        double sum = 0;
        for (std::int64_t k = 0; k < lines.length; ++k) {
            const std::size_t i = lines.at(line, k, lines.length);
            sum += gradient[i] * (logarithmic ? 1.0 : y[i]);
        }
        for (std::int64_t k = 0; k < lines.length; ++k) {
            const std::size_t i = lines.at(line, k, lines.length);
            at[i] = logarithmic ? gradient[i] - std::exp(y[i]) * sum : y[i] * (gradient[i] - sum);
        }
    }
    return wantedOf(context, {&at});
}

}

void register_reverse_softmax(Table<Reverse>& table)
{
    table.add({.id = "Softmax", .vjp = reverseSoftmax<false>});
    table.add({.id = "LogSoftmax", .vjp = reverseSoftmax<true>});
}

}
