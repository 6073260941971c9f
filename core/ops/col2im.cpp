// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/window.h"

namespace lathe {

namespace {

Window blockWindow(const Node& node, std::vector<std::int64_t> image, std::vector<std::int64_t> block)
{
    if (image.empty() || image.size() > 8)
        failOperator(node, "the image must have one to eight axes");
    for (const std::int64_t dim : image)
        if (dim < 1 || dim > maxDimension)
            failOperator(node, "an image size is out of range");
    return slidingWindow(node, image, std::move(block));
}

/// [N, C, image axes] of an input [N, C * block elements, blocks].
Shape imageShape(const Node& node, const Shape& input, const Window& window)
{
    if (input.rank() != 3)
        failOperator(node, "the input must have three axes");
    const std::int64_t block = window.kernelElements();
    if ((input[1] >= 0 && input[1] % block != 0) || (input[2] >= 0 && input[2] != window.outputElements()))
        failOperator(node, "the input " + input.text() + " does not fit the blocks");
    std::vector<std::int64_t> dims{input[0], input[1] < 0 ? Shape::unknown : input[1] / block};
    dims.insert(dims.end(), window.input.begin(), window.input.end());
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferCol2Im(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto image = context.integers(1), block = context.integers(2);
    if (!input.shape || !image || !block)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, imageShape(context.node, *input.shape, blockWindow(context.node, *image, *block)))};
}

/// Adds every block's columns where the block lies in the image.
std::vector<Tensor> runCol2Im(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const Window window = blockWindow(context.node, integersOperand(context, 1), integersOperand(context, 2));
    const Shape shape = imageShape(context.node, input.shape(), window);
    const std::int64_t block = window.kernelElements(), blocks = window.outputElements(), size = window.inputElements();
    Tensor output(input.dtype(), shape);
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        std::vector<Accumulator<T>> sums(static_cast<std::size_t>(output.elements()), 0);
        std::vector<std::int64_t> position(window.rank(), 0);
        std::vector<WindowTap> taps;
        for (std::int64_t at = 0; at < blocks; ++at, nextPosition(position, window.output)) {
            context.control.throwIfStopped();
            windowTaps(window, position, taps);
            for (std::int64_t plane = 0; plane < shape[0] * shape[1]; ++plane)
                for (const WindowTap& tap : taps) {
                    auto& sum = sums[static_cast<std::size_t>(plane * size + tap.input)];
                    const T value = in[static_cast<std::size_t>((plane * block + tap.kernel) * blocks + at)];
                    sum = wrappingAdd(sum, static_cast<Accumulator<T>>(value));
                }
        }
        const auto out = output.mutableData<T>();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<T>(sums[i]);
    });
    return {output};
}

}

void register_col2im(Table<Op>& table)
{
    table.add({.id = "Col2Im",
               .exactness = Exactness::accumulated,
               .sinceOpset = 18,
               .infer = inferCol2Im,
               .run = viaFloat32<runCol2Im>});
}

}
