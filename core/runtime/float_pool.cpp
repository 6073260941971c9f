// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_pool.h"

#include <algorithm>
#include <limits>

#include "core/ops/pool_geometry.h"

namespace lathe {

namespace {

bool isFast(const Node& node, std::span<const Tensor> inputs)
{
    return node.op == "MaxPool" && node.domain.empty() && node.outputs.size() == 1 && inputs.size() == 1 &&
           inputs[0].dtype() == DType::float32 && inputs[0].shape().rank() == 4;
}

/// Calls use(output, place of the first of its largest inputs) for each window of a plane; windows that see
/// nothing are left out.
template <typename Use>
void forEachLargest(const Window& window, const float* x, Use&& use)
{
    for (std::int64_t row = 0; row < window.output[0]; ++row) {
        const Stretch rows = stretchOf(window, 0, row);
        for (std::int64_t column = 0; column < window.output[1]; ++column) {
            const Stretch columns = stretchOf(window, 1, column);
            std::int64_t best = -1;
            for (std::int64_t r = rows.first; r < rows.last; r += rows.step)
                for (std::int64_t c = columns.first; c < columns.last; c += columns.step)
                    if (const std::int64_t i = r * window.input[1] + c; best < 0 || x[i] > x[best])
                        best = i;
            if (best >= 0)
                use(row * window.output[1] + column, best);
        }
    }
}

}

std::optional<std::vector<Tensor>> runPool(const Node& node, std::span<const Tensor> inputs)
{
    if (!isFast(node, inputs))
        return std::nullopt;
    const Shape& shape = inputs[0].shape();
    const Window window = poolWindow(node, shape);
    Tensor output(DType::float32, Shape{shape[0], shape[1], window.output[0], window.output[1]});
    const float* x = inputs[0].data<float>().data();
    float* y = output.mutableData<float>().data();
    // What a window without elements gives.
    std::fill(y, y + output.elements(), std::numeric_limits<float>::lowest());
    for (std::int64_t plane = 0; plane < shape[0] * shape[1]; ++plane) {
        forEachLargest(window, x, [&](std::int64_t out, std::int64_t best) { y[out] = x[best]; });
        x += window.inputElements();
        y += window.outputElements();
    }
    return std::vector<Tensor>{output};
}

std::optional<std::vector<Tensor>> reversePool(const ReverseContext& context)
{
    if (!isFast(context.node, context.inputs))
        return std::nullopt;
    const Shape& shape = context.input(0).shape();
    const Window window = poolWindow(context.node, shape);
    Tensor at(DType::float32, shape);
    const float* x = context.input(0).data<float>().data();
    const float* gradient = context.gradients[0].data<float>().data();
    float* to = at.mutableData<float>().data();
    for (std::int64_t plane = 0; plane < shape[0] * shape[1]; ++plane) {
        forEachLargest(window, x, [&](std::int64_t out, std::int64_t best) { to[best] += gradient[out]; });
        x += window.inputElements();
        to += window.inputElements();
        gradient += window.outputElements();
    }
    return std::vector<Tensor>{context.wants(0) ? at : Tensor()};
}

}
