// SPDX-License-Identifier: GPL-3.0-or-later
// GridSample: an image of any number of spatial axes, read at the points of a grid.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

enum class Interpolation : std::uint8_t { nearest, linear, cubic };
enum class Padding : std::uint8_t { zeros, border, reflection };

struct SampleOptions {
    Interpolation interpolation;
    Padding padding;
    bool alignCorners;
};

/// The modes have other names before opset 20; both are taken.
std::string refuseSample(const Node& node)
{
    const std::string mode = node.text("mode", "linear"), padding = node.text("padding_mode", "zeros");
    if (mode != "nearest" && mode != "linear" && mode != "bilinear" && mode != "cubic" && mode != "bicubic")
        return "the mode \"" + mode + "\" is not known";
    if (padding != "zeros" && padding != "border" && padding != "reflection")
        return "the padding_mode \"" + padding + "\" is not known";
    return "";
}

SampleOptions optionsOf(const Node& node)
{
    if (const std::string reason = refuseSample(node); !reason.empty())
        failOperator(node, reason);
    const std::string mode = node.text("mode", "linear"), padding = node.text("padding_mode", "zeros");
    return {mode == "nearest"           ? Interpolation::nearest
            : mode.ends_with("linear") ? Interpolation::linear
                                       : Interpolation::cubic,
            padding == "zeros"    ? Padding::zeros
            : padding == "border" ? Padding::border
                                  : Padding::reflection,
            node.integer("align_corners", 0) != 0};
}

/// Coordinates are formed in float32, as the runtimes do: that decides which neighbour is the nearest.
float positionOf(float at, std::int64_t size, bool alignCorners)
{
    const auto length = static_cast<float>(size);
    const float position = alignCorners ? (at + 1) / 2 * (length - 1) : ((at + 1) * length - 1) / 2;
    return position == position ? std::clamp(position, -1e9f, 1e9f) : -1.0f;
}

/// `x` folded back between the ends of the axis: its outer pixels' centres, or their borders.
float reflected(float x, std::int64_t size, bool alignCorners)
{
    const float low = alignCorners ? 0.0f : -0.5f;
    const float high = static_cast<float>(size) - (alignCorners ? 1.0f : 0.5f);
    const float range = high - low;
    if (range <= 0)
        return low;
    const float beyond = x < low ? low - x : x > high ? x - high : -1;
    if (beyond < 0)
        return x;
    const auto turns = static_cast<std::int64_t>(beyond / range);
    const float rest = beyond - static_cast<float>(turns) * range;
    return (turns % 2 == 0) == (x < low) ? low + rest : high - rest;
}

/// One pixel along an axis and its weight; -1 is a pixel of zeros.
struct AxisTap {
    std::int64_t index;
    double weight;
};

std::int64_t pixelOf(std::int64_t index, std::int64_t size, const SampleOptions& options)
{
    if (index >= 0 && index < size)
        return index;
    if (options.padding == Padding::zeros)
        return -1;
    if (options.padding == Padding::border)
        return std::clamp<std::int64_t>(index, 0, size - 1);
    const float folded = reflected(static_cast<float>(index), size, options.alignCorners);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(folded), 0, size - 1);
}

/// Keys' cubic convolution with a = -0.75, as in PyTorch.
double cubicWeight(double distance)
{
    constexpr double a = -0.75;
    const double x = std::abs(distance);
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Up to four taps along one axis.
struct AxisTaps {
    std::array<AxisTap, 4> taps{};
    std::size_t count = 0;

    void add(std::int64_t index, double weight) { taps[count++] = {index, weight}; }
};

AxisTaps tapsAt(float at, std::int64_t size, const SampleOptions& options)
{
    const float x = positionOf(at, size, options.alignCorners);
    AxisTaps result;
    if (options.interpolation == Interpolation::nearest) {
        result.add(pixelOf(static_cast<std::int64_t>(std::nearbyint(x)), size, options), 1);
        return result;
    }
    const auto first = static_cast<std::int64_t>(std::floor(x));
    const double rest = static_cast<double>(x - std::floor(x));
    if (options.interpolation == Interpolation::linear) {
        result.add(pixelOf(first, size, options), 1 - rest);
        result.add(pixelOf(first + 1, size, options), rest);
        return result;
    }
    for (std::int64_t i = -1; i <= 2; ++i)
        result.add(pixelOf(first + i, size, options), cubicWeight(static_cast<double>(i) - rest));
    return result;
}

/// Flat positions within a plane with their weights: the taps of all axes combined.
std::vector<AxisTap> combined(const std::vector<AxisTaps>& axes, const std::vector<std::int64_t>& strides)
{
    std::vector<AxisTap> result{{0, 1}};
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        std::vector<AxisTap> next;
        for (const AxisTap& base : result)
            for (std::size_t i = 0; i < axes[axis].count; ++i)
                if (const AxisTap& tap = axes[axis].taps[i]; tap.index >= 0)
                    next.push_back({base.index + tap.index * strides[axis], base.weight * tap.weight});
        result = std::move(next);
    }
    return result;
}

/// [N, C, the grid's axes] of an image [N, C, spatial axes] and a grid [N, as many axes, spatial rank].
Shape sampledShape(const Node& node, const Shape& image, const Shape& grid)
{
    const int spatial = image.rank() - 2;
    const bool fits = spatial >= 1 && grid.rank() == image.rank() &&
                      (grid[grid.rank() - 1] < 0 || grid[grid.rank() - 1] == spatial) &&
                      (grid[0] < 0 || image[0] < 0 || grid[0] == image[0]);
    if (!fits)
        failOperator(node, "the grid " + grid.text() + " does not fit the image " + image.text());
    std::vector<std::int64_t> dims{image[0], image[1]};
    dims.insert(dims.end(), grid.begin() + 1, grid.end() - 1);
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferSample(const InferContext& context)
{
    const ValueInfo &image = context.input(0), &grid = context.input(1);
    if (!image.shape || !grid.shape)
        return {typeOnly(image.dtype)};
    return {typed(image.dtype, sampledShape(context.node, *image.shape, *grid.shape))};
}

std::vector<Tensor> runSample(const RunContext& context)
{
    const Tensor &image = givenOperand(context, 0), &grid = givenOperand(context, 1);
    const SampleOptions options = optionsOf(context.node);
    Tensor output(image.dtype(), sampledShape(context.node, image.shape(), grid.shape()));
    const int spatial = image.shape().rank() - 2;
    const Shape plane(std::vector<std::int64_t>(image.shape().begin() + 2, image.shape().end()));
    const std::int64_t channels = image.shape()[1], size = plane.elements();
    const std::int64_t points = output.shape().elements(2, output.shape().rank());
    if (size == 0 && output.elements() > 0)
        context.fail("the image is empty");
    const std::vector<float> places = grid.toFloats();
    const std::vector<std::int64_t> strides = plane.strides();
    visitFloat(context.node, image.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = image.data<T>();
        const auto out = output.mutableData<T>();
        std::vector<AxisTaps> axes(static_cast<std::size_t>(spatial));
        for (std::int64_t point = 0; point < image.shape()[0] * points; ++point) {
            context.control.throwIfStopped();
            // The grid's last axis counts from the innermost spatial axis outwards: x, y, z.
            for (int axis = 0; axis < spatial; ++axis)
                axes[static_cast<std::size_t>(axis)] =
                    tapsAt(places[static_cast<std::size_t>(point * spatial + spatial - 1 - axis)], plane[axis], options);
            const std::vector<AxisTap> taps = combined(axes, strides);
            for (std::int64_t channel = 0; channel < channels; ++channel) {
                const std::int64_t which = point / points * channels + channel;
                double sum = 0;
                for (const AxisTap& tap : taps)
                    sum += tap.weight * static_cast<double>(in[static_cast<std::size_t>(which * size + tap.index)]);
                out[static_cast<std::size_t>(which * points + point % points)] = static_cast<T>(sum);
            }
        }
    });
    return {output};
}

}

void register_grid_sample(Table<Op>& table)
{
    table.add({.id = "GridSample",
               .exactness = Exactness::accumulated,
               .sinceOpset = 16,
               .infer = inferSample,
               .run = viaFloat32<runSample>,
               .refuse = refuseSample});
}

}
