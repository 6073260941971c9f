// SPDX-License-Identifier: GPL-3.0-or-later
// RoiAlign and MaxRoiPool: regions of an image, each pooled to one size.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// Most samples of one bin; a region that asks for more is a mistake.
constexpr std::int64_t maxSamples = 1 << 20;

/// A plane of numbers as double.
template <typename T> struct Plane {
    std::span<const T> values;
    std::int64_t height, width;

    double at(std::int64_t y, std::int64_t x) const
    {
        return static_cast<double>(values[static_cast<std::size_t>(y * width + x)]);
    }
};

/// The four neighbours of a point, each with its weight; empty outside of the image.
struct Corners {
    std::array<double, 4> parts{};
    bool inside = false;
};

template <typename T> Corners cornersAt(const Plane<T>& plane, float y, float x)
{
    if (!(y >= -1 && y <= static_cast<float>(plane.height) && x >= -1 && x <= static_cast<float>(plane.width)))
        return {};
    const auto split = [](float at, std::int64_t size, std::int64_t& low, std::int64_t& high) {
        const float clamped = std::max(at, 0.0f);
        low = std::min(static_cast<std::int64_t>(clamped), size - 1);
        high = std::min(low + 1, size - 1);
        return low == size - 1 ? 0.0 : static_cast<double>(clamped - static_cast<float>(low));
    };
    std::int64_t top = 0, bottom = 0, left = 0, right = 0;
    const double fy = split(y, plane.height, top, bottom), fx = split(x, plane.width, left, right);
    return {{(1 - fy) * (1 - fx) * plane.at(top, left), (1 - fy) * fx * plane.at(top, right),
             fy * (1 - fx) * plane.at(bottom, left), fy * fx * plane.at(bottom, right)},
            true};
}

struct AlignOptions {
    std::int64_t height, width, ratio;
    float scale;
    bool halfPixel, isMax;
};

AlignOptions alignOptions(const Node& node, int opset)
{
    const std::string mode =
        node.text("coordinate_transformation_mode", opset < 16 ? "output_half_pixel" : "half_pixel");
    const std::string pooling = node.text("mode", "avg");
    if ((mode != "half_pixel" && mode != "output_half_pixel") || (pooling != "avg" && pooling != "max"))
        failOperator(node, "its mode is not known");
    return {boundedInteger(node, "output_height", 1, 1, maxDimension),
            boundedInteger(node, "output_width", 1, 1, maxDimension),
            boundedInteger(node, "sampling_ratio", 0, 0, maxDimension),
            node.real("spatial_scale", 1.0f),
            mode == "half_pixel",
            pooling == "max"};
}

/// One axis of a region: where its bins begin, how long one is and how many samples it has. Coordinates are float32 as
/// in the runtimes.
struct BinAxis {
    float start, size;
    std::int64_t samples;

    float sample(std::int64_t bin, std::int64_t i) const
    {
        return start + static_cast<float>(bin) * size +
               (static_cast<float>(i) + 0.5f) * size / static_cast<float>(samples);
    }
};

BinAxis binAxis(const RunContext& context, const AlignOptions& options, float low, float high, std::int64_t bins)
{
    const float offset = options.halfPixel ? 0.5f : 0.0f;
    const float start = low * options.scale - offset;
    float extent = high * options.scale - offset - start;
    if (!options.halfPixel)
        extent = std::max(extent, 1.0f);
    const float size = extent / static_cast<float>(bins);
    if (!(std::abs(start) < 1e9f && std::abs(extent) < 1e9f))
        context.fail("a region is not finite");
    const auto samples = options.ratio > 0 ? options.ratio : static_cast<std::int64_t>(std::ceil(size));
    return {start, size, samples};
}

/// The average, or the largest weighted corner, of the samples of one bin.
template <typename T>
double alignBin(const Plane<T>& plane, const BinAxis& rows, const BinAxis& columns, std::int64_t row, std::int64_t column,
                bool isMax)
{
    double sum = 0, best = 0;
    bool isFirst = true;
    for (std::int64_t y = 0; y < rows.samples; ++y)
        for (std::int64_t x = 0; x < columns.samples; ++x) {
            const Corners corners = cornersAt(plane, rows.sample(row, y), columns.sample(column, x));
            const double largest = *std::max_element(corners.parts.begin(), corners.parts.end());
            best = isFirst ? largest : std::max(best, largest);
            isFirst = false;
            for (const double part : corners.parts)
                sum += part;
        }
    const std::int64_t count = std::max<std::int64_t>(1, rows.samples * columns.samples);
    return isMax ? best : sum / static_cast<double>(count);
}

Shape regionsShape(const Node& node, const ValueInfo& data, const ValueInfo& regions, std::int64_t height,
                   std::int64_t width)
{
    if ((data.shape && data.shape->rank() != 4) || (regions.shape && regions.shape->rank() != 2))
        failOperator(node, "it needs an image of four axes and a list of regions");
    return Shape{regions.shape ? (*regions.shape)[0] : Shape::unknown, data.shape ? (*data.shape)[1] : Shape::unknown,
                 height, width};
}

std::vector<ValueInfo> inferAlign(const InferContext& context)
{
    const AlignOptions options = alignOptions(context.node, context.opset);
    return {typed(context.input(0).dtype,
                  regionsShape(context.node, context.input(0), context.input(1), options.height, options.width))};
}

std::int64_t batchOf(const RunContext& context, std::int64_t batch)
{
    if (batch < 0 || batch >= context.input(0).shape()[0])
        context.fail("a region names image " + std::to_string(batch) + ", which is not there");
    return batch;
}

/// Calls pool(plane, region, channel) -> fills one output plane, for each region and channel.
template <typename T> Plane<T> planeOf(const Tensor& data, std::int64_t batch, std::int64_t channel)
{
    const Shape& shape = data.shape();
    const auto size = static_cast<std::size_t>(shape[2] * shape[3]);
    return {data.data<T>().subspan(static_cast<std::size_t>(batch * shape[1] + channel) * size, size), shape[2], shape[3]};
}

std::vector<Tensor> runAlign(const RunContext& context)
{
    const Tensor &data = rankedOperand(context, 0, 4), &regions = rankedOperand(context, 1, 2);
    const std::vector<std::int64_t> batches = integersOperand(context, 2);
    const AlignOptions options = alignOptions(context.node, context.opset);
    const std::int64_t count = regions.shape()[0], channels = data.shape()[1];
    if (regions.shape()[1] != 4 || static_cast<std::int64_t>(batches.size()) != count || regions.dtype() != data.dtype())
        context.fail("it needs four numbers and an image for each region");
    if (data.shape()[2] * data.shape()[3] == 0 && count > 0)
        context.fail("the image is empty");
    Tensor output(data.dtype(), Shape{count, channels, options.height, options.width});
    visitFloat(context.node, data.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        const auto numbers = regions.data<T>();
        std::size_t to = 0;
        for (std::int64_t region = 0; region < count; ++region) {
            const auto corner = [&](std::int64_t i) {
                return static_cast<float>(numbers[static_cast<std::size_t>(region * 4 + i)]);
            };
            const BinAxis columns = binAxis(context, options, corner(0), corner(2), options.width);
            const BinAxis rows = binAxis(context, options, corner(1), corner(3), options.height);
            if (rows.samples > maxSamples || columns.samples > maxSamples || rows.samples * columns.samples > maxSamples)
                context.fail("a region has too many samples");
            const std::int64_t batch = batchOf(context, batches[static_cast<std::size_t>(region)]);
            for (std::int64_t channel = 0; channel < channels; ++channel) {
                const Plane<T> plane = planeOf<T>(data, batch, channel);
                for (std::int64_t row = 0; row < options.height; ++row) {
                    context.control.throwIfStopped();
                    for (std::int64_t column = 0; column < options.width; ++column)
                        out[to++] = static_cast<T>(alignBin(plane, rows, columns, row, column, options.isMax));
                }
            }
        }
    });
    return {output};
}

std::vector<std::int64_t> pooledShape(const Node& node)
{
    if (!node.has("pooled_shape"))
        failOperator(node, "pooled_shape is missing");
    return boundedIntegers(node, "pooled_shape", 2, 1, 1, maxDimension);
}

std::vector<ValueInfo> inferPool(const InferContext& context)
{
    const std::vector<std::int64_t> pooled = pooledShape(context.node);
    return {typed(context.input(0).dtype,
                  regionsShape(context.node, context.input(0), context.input(1), pooled[0], pooled[1]))};
}

/// First and last position (exclusive) of a bin of whole pixels.
struct PixelBins {
    std::int64_t start;
    double size;
    std::int64_t limit;

    std::int64_t begin(std::int64_t bin) const { return clamped(std::floor(static_cast<double>(bin) * size)); }
    std::int64_t end(std::int64_t bin) const { return clamped(std::ceil(static_cast<double>(bin + 1) * size)); }
    std::int64_t clamped(double at) const
    {
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(at) + start, 0, limit);
    }
};

PixelBins pixelBins(const RunContext& context, double low, double high, std::int64_t bins, std::int64_t limit)
{
    const double scale = context.node.real("spatial_scale", 1.0f);
    const double start = std::round(low * scale), end = std::round(high * scale);
    if (!(std::abs(start) < 1e9 && std::abs(end) < 1e9))
        context.fail("a region is not finite");
    return {static_cast<std::int64_t>(start), std::max(end - start + 1, 1.0) / static_cast<double>(bins), limit};
}

template <typename T>
double largestIn(const Plane<T>& plane, std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right)
{
    if (bottom <= top || right <= left)
        return 0;
    double best = -std::numeric_limits<double>::infinity();
    for (std::int64_t y = top; y < bottom; ++y)
        for (std::int64_t x = left; x < right; ++x)
            best = std::max(best, plane.at(y, x));
    return best;
}

/// A region is an image number and two corners; a bin without pixels gives 0.
std::vector<Tensor> runPool(const RunContext& context)
{
    const Tensor &data = rankedOperand(context, 0, 4), &regions = rankedOperand(context, 1, 2);
    const std::vector<std::int64_t> pooled = pooledShape(context.node);
    const std::int64_t count = regions.shape()[0], channels = data.shape()[1];
    if (regions.shape()[1] != 5 || regions.dtype() != data.dtype())
        context.fail("a region must have five numbers");
    Tensor output(data.dtype(), Shape{count, channels, pooled[0], pooled[1]});
    visitFloat(context.node, data.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        std::size_t to = 0;
        for (std::int64_t region = 0; region < count; ++region) {
            const auto numbers = regions.data<T>().subspan(static_cast<std::size_t>(region) * 5, 5);
            const std::int64_t batch = batchOf(context, toElement<std::int64_t>(static_cast<double>(numbers[0])));
            const PixelBins columns = pixelBins(context, static_cast<double>(numbers[1]), static_cast<double>(numbers[3]),
                                                pooled[1], data.shape()[3]);
            const PixelBins rows = pixelBins(context, static_cast<double>(numbers[2]), static_cast<double>(numbers[4]),
                                             pooled[0], data.shape()[2]);
            for (std::int64_t channel = 0; channel < channels; ++channel) {
                const Plane<T> plane = planeOf<T>(data, batch, channel);
                for (std::int64_t row = 0; row < pooled[0]; ++row) {
                    context.control.throwIfStopped();
                    for (std::int64_t column = 0; column < pooled[1]; ++column)
                        out[to++] = static_cast<T>(
                            largestIn(plane, rows.begin(row), rows.end(row), columns.begin(column), columns.end(column)));
                }
            }
        }
    });
    return {output};
}

}

void register_roi(Table<Op>& table)
{
    table.add({.id = "RoiAlign",
               .exactness = Exactness::accumulated,
               .sinceOpset = 10,
               .infer = inferAlign,
               .run = viaFloat32<runAlign>});
    table.add({.id = "MaxRoiPool",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferPool,
               .run = viaFloat32<runPool>});
}

}
