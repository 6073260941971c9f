// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"

#include <algorithm>

#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::vector<std::int64_t> spatial(const Shape& shape)
{
    return {shape.begin() + 2, shape.end()};
}

void checkKernelShape(const Node& node, const std::vector<std::int64_t>& kernel)
{
    const auto stated = node.integers("kernel_shape");
    if (!stated.empty() && stated != kernel)
        failOperator(node, "kernel_shape differs from the weight's shape");
}

Shape imageShape(std::int64_t batch, std::int64_t channels, const std::vector<std::int64_t>& sizes)
{
    std::vector<std::int64_t> dims{batch, channels};
    dims.insert(dims.end(), sizes.begin(), sizes.end());
    return Shape(std::move(dims));
}

/// The checks and sizes that Conv and ConvTranspose share.
ConvGeometry channelsOf(const Node& node, const Shape& input, const Shape& weight)
{
    if (input.rank() < 3 || weight.rank() != input.rank())
        failOperator(node, "input " + input.text() + " and weight " + weight.text() + " do not fit each other");
    if (!weight.isStatic() || std::any_of(weight.begin(), weight.end(), [](auto d) { return d > maxDimension; }))
        failOperator(node, "the weight's shape " + weight.text() + " cannot be used");
    ConvGeometry geometry;
    geometry.batch = input[0];
    geometry.groups = boundedInteger(node, "group", 1, 1, maxDimension);
    checkKernelShape(node, spatial(weight));
    return geometry;
}

}

Shape ConvGeometry::outputShape() const
{
    return imageShape(batch, outChannels, window.output);
}

ConvGeometry convGeometry(const Node& node, const Shape& input, const Shape& weight)
{
    ConvGeometry geometry = channelsOf(node, input, weight);
    geometry.inChannels = weight[1] * geometry.groups;
    geometry.outChannels = weight[0];
    if (input[1] >= 0 && input[1] != geometry.inChannels)
        failOperator(node, "the input has " + std::to_string(input[1]) + " channels, but the weights need " +
                               std::to_string(geometry.inChannels));
    if (geometry.outChannels % geometry.groups != 0)
        failOperator(node, "the output channels do not divide into the groups");
    geometry.window = slidingWindow(node, spatial(input), spatial(weight));
    return geometry;
}

namespace {

/// Output sizes and pads of one spatial axis of ConvTranspose (onnx: Operators.md, ConvTranspose).
struct TransposeAxis {
    std::int64_t output, padBegin, padEnd;
};

TransposeAxis spreadPads(std::int64_t full, std::int64_t output, bool extraAtEnd)
{
    const std::int64_t total = std::max<std::int64_t>(0, full - output);
    const std::int64_t begin = extraAtEnd ? total / 2 : total - total / 2;
    return {output, begin, total - begin};
}

}

ConvGeometry convTransposeGeometry(const Node& node, const Shape& input, const Shape& weight)
{
    ConvGeometry geometry = channelsOf(node, input, weight);
    geometry.inChannels = weight[0];
    geometry.outChannels = weight[1] * geometry.groups;
    if (input[1] >= 0 && input[1] != geometry.inChannels)
        failOperator(node, "the input has " + std::to_string(input[1]) + " channels, but the weights need " +
                               std::to_string(geometry.inChannels));
    if (geometry.inChannels % geometry.groups != 0)
        failOperator(node, "the input channels do not divide into the groups");

    Window& window = geometry.window;
    window.kernel = spatial(weight);
    window.output = spatial(input);
    const std::size_t rank = window.rank();
    window.stride = boundedIntegers(node, "strides", rank, 1, 1, maxDimension);
    window.dilation = boundedIntegers(node, "dilations", rank, 1, 1, maxDimension);
    const auto extra = boundedIntegers(node, "output_padding", rank, 0, 0, maxDimension);
    const auto pads = boundedIntegers(node, "pads", 2 * rank, 0, 0, maxDimension);
    const std::string autoPad = node.text("auto_pad", "NOTSET");
    const bool same = autoPad.starts_with("SAME");
    std::vector<std::int64_t> stated = node.integers("output_shape");
    if (stated.size() > rank)
        stated.erase(stated.begin(), stated.end() - static_cast<std::ptrdiff_t>(rank));
    if (!stated.empty() && stated.size() != rank)
        failOperator(node, "output_shape does not have one size a spatial axis");
    for (const std::int64_t size : stated)
        if (size < 0 || size > maxDimension)
            failOperator(node, "an output size of " + std::to_string(size) + " cannot be used");

    window.input.assign(rank, Shape::unknown);
    window.padBegin.assign(rank, 0);
    window.padEnd.assign(rank, 0);
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const std::int64_t in = window.output[axis];
        if (in < 0 || in > maxDimension)
            continue;
        const std::int64_t full = (in - 1) * window.stride[axis] + window.span(axis) + extra[axis];
        TransposeAxis sizes{};
        if (!stated.empty())
            sizes = spreadPads(full, stated[axis], autoPad == "SAME_UPPER");
        else if (same)
            sizes = spreadPads(full, in * window.stride[axis], autoPad == "SAME_UPPER");
        else if (autoPad == "VALID")
            sizes = {full, 0, 0};
        else
            sizes = {full - pads[axis] - pads[rank + axis], pads[axis], pads[rank + axis]};
        if (sizes.output < 0 || sizes.output > 4 * maxDimension)
            failOperator(node, "an output size of " + std::to_string(sizes.output) + " cannot be used");
        window.input[axis] = sizes.output;
        window.padBegin[axis] = sizes.padBegin;
        window.padEnd[axis] = sizes.padEnd;
    }
    return geometry;
}

Shape convTransposeOutputShape(const ConvGeometry& geometry)
{
    return imageShape(geometry.batch, geometry.outChannels, geometry.window.input);
}

}
