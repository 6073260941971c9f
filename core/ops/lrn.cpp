// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring channels)^beta.
std::vector<Tensor> runLrn(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Shape& shape = input.shape();
    if (shape.rank() < 2)
        context.fail("the input needs at least a batch and a channel axis");
    const std::int64_t size = boundedInteger(context.node, "size", 1, 1, maxDimension);
    const double alpha = context.node.real("alpha", 1e-4f), beta = context.node.real("beta", 0.75f);
    const double bias = context.node.real("bias", 1);
    const std::int64_t channels = shape[1], plane = shape.elements(2, shape.rank());
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor output(input.dtype(), shape);
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::int64_t i = 0; i < input.elements(); ++i) {
            const std::int64_t c = i / plane % channels;
            const std::int64_t first = std::max<std::int64_t>(0, c - (size - 1) / 2);
            const std::int64_t last = std::min(channels - 1, c + size / 2);
            double squares = 0;
            for (std::int64_t other = first; other <= last; ++other) {
                const auto x = static_cast<double>(in[static_cast<std::size_t>(i + (other - c) * plane)]);
                squares += x * x;
            }
            const auto x = static_cast<double>(in[static_cast<std::size_t>(i)]);
            out[static_cast<std::size_t>(i)] =
                static_cast<T>(x / std::pow(bias + alpha / static_cast<double>(size) * squares, beta));
        }
        return output;
    })};
}

}

void register_lrn(Table<Op>& table)
{
    table.add({.id = "LRN", .exactness = Exactness::approximate, .infer = inferSame, .run = viaFloat32<runLrn>});
}

}
