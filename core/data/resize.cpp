// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/resize.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace lathe {
namespace {

constexpr int weightBits = 22;

/// Fixed-point filter weights of one output position and the first input position they apply to.
struct FilterRow
{
    int first = 0;
    std::vector<std::int32_t> weights;
};

std::vector<FilterRow> triangleFilter(int inputSize, int outputSize)
{
    const double scale = static_cast<double>(inputSize) / outputSize;
    const double support = std::max(scale, 1.0);
    std::vector<FilterRow> rows(static_cast<std::size_t>(outputSize));
    for (int out = 0; out < outputSize; ++out) {
        const double center = (out + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(center - support + 0.5));
        const int last = std::min(inputSize, static_cast<int>(center + support + 0.5));
        std::vector<double> real;
        double sum = 0;
        for (int in = first; in < last; ++in) {
            const double weight = std::max(0.0, 1.0 - std::abs((in - center + 0.5) / support));
            real.push_back(weight);
            sum += weight;
        }
        FilterRow& row = rows[static_cast<std::size_t>(out)];
        row.first = first;
        for (const double weight : real)
            row.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << weightBits)));
    }
    return rows;
}

std::uint8_t clampToByte(std::int32_t sum)
{
    return static_cast<std::uint8_t>(std::clamp(sum >> weightBits, 0, 255));
}

/// One pass along an axis: `step` is the distance of neighbours on that axis, `lineStarts` the first pixel of
/// each line.
void filterLine(const std::uint8_t* in, std::size_t inStep, std::uint8_t* out, std::size_t outStep,
                int channels, const std::vector<FilterRow>& rows)
{
    for (std::size_t o = 0; o < rows.size(); ++o) {
        const FilterRow& row = rows[o];
        for (int c = 0; c < channels; ++c) {
            std::int32_t sum = 1 << (weightBits - 1);
            const std::uint8_t* pixel =
                in + static_cast<std::size_t>(row.first) * inStep + static_cast<std::size_t>(c);
            for (const std::int32_t weight : row.weights) {
                sum += *pixel * weight;
                pixel += inStep;
            }
            out[o * outStep + static_cast<std::size_t>(c)] = clampToByte(sum);
        }
    }
}

Image blank(int width, int height, int channels, std::uint8_t fill = 0)
{
    Image image{width, height, channels, {}};
    image.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                            static_cast<std::size_t>(channels),
                        fill);
    return image;
}

std::size_t offsetOf(const Image& image, int x, int y)
{
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
            static_cast<std::size_t>(x)) *
           static_cast<std::size_t>(image.channels);
}

/// Copies the part of `source` that falls on `target` when its corner lies at (left, top) of the target.
void paste(const Image& source, Image& target, int left, int top)
{
    const int fromX = std::max(0, -left);
    const int toX = std::min(source.width, target.width - left);
    if (toX <= fromX)
        return;
    const auto bytes = static_cast<std::size_t>(toX - fromX) * static_cast<std::size_t>(source.channels);
    for (int y = std::max(0, -top); y < std::min(source.height, target.height - top); ++y)
        std::copy_n(source.pixels.data() + offsetOf(source, fromX, y), bytes,
                    target.pixels.data() + offsetOf(target, left + fromX, top + y));
}

Image resizeWidth(const Image& image, int width)
{
    if (width == image.width)
        return image;
    Image result = blank(width, image.height, image.channels);
    const auto rows = triangleFilter(image.width, width);
    const auto step = static_cast<std::size_t>(image.channels);
    for (int y = 0; y < image.height; ++y)
        filterLine(image.pixels.data() + offsetOf(image, 0, y), step,
                   result.pixels.data() + offsetOf(result, 0, y), step, image.channels, rows);
    return result;
}

Image resizeHeight(const Image& image, int height)
{
    if (height == image.height)
        return image;
    Image result = blank(image.width, height, image.channels);
    const auto rows = triangleFilter(image.height, height);
    const std::size_t step = offsetOf(image, 0, 1);
    // A whole line is filtered as one wide pixel: the inner loop then runs over contiguous bytes.
    filterLine(image.pixels.data(), step, result.pixels.data(), step, image.width * image.channels, rows);
    return result;
}

} // namespace

Image resizeBilinear(const Image& image, int width, int height)
{
    if (width <= 0 || height <= 0 || image.width <= 0 || image.height <= 0)
        throw Error(ErrorCode::invalidArgument, "resize",
                    {{"what", "An image cannot be resized to or from nothing."}});
    return resizeHeight(resizeWidth(image, width), height);
}

PictureSize shortSideSize(PictureSize picture, int shortSide)
{
    const int shorter = std::min(picture.width, picture.height);
    if (shorter <= 0)
        return {shortSide, shortSide};
    const auto scaled = [&](int side) {
        return side == shorter
                   ? shortSide
                   : static_cast<int>(std::lround(static_cast<double>(side) * shortSide / shorter));
    };
    return {scaled(picture.width), scaled(picture.height)};
}

Image resizeShort(const Image& image, int shortSide)
{
    const PictureSize size = shortSideSize({image.width, image.height}, shortSide);
    return resizeBilinear(image, size.width, size.height);
}

int cropOffset(int side, int size)
{
    return static_cast<int>(std::floor((side - size) / 2.0));
}

Image centerCrop(const Image& image, int size)
{
    Image result = blank(size, size, image.channels);
    paste(image, result, -cropOffset(image.width, size), -cropOffset(image.height, size));
    return result;
}

LetterboxPlace letterboxPlace(PictureSize picture, int size, bool centered)
{
    const double ratio =
        std::min(static_cast<double>(size) / picture.width, static_cast<double>(size) / picture.height);
    LetterboxPlace place;
    place.size = {std::max(1, static_cast<int>(picture.width * ratio)),
                  std::max(1, static_cast<int>(picture.height * ratio))};
    place.left = centered ? (size - place.size.width) / 2 : 0;
    place.top = centered ? (size - place.size.height) / 2 : 0;
    return place;
}

Image letterbox(const Image& image, int size, std::uint8_t pad, bool centered)
{
    const LetterboxPlace place = letterboxPlace({image.width, image.height}, size, centered);
    Image result = blank(size, size, image.channels, pad);
    paste(resizeBilinear(image, place.size.width, place.size.height), result, place.left, place.top);
    return result;
}

Image withChannels(const Image& image, ChannelOrder order)
{
    const int channels = order == ChannelOrder::gray ? 1 : 3;
    if (order == ChannelOrder::rgb && image.channels == 3)
        return image;
    Image result = blank(image.width, image.height, channels);
    const std::size_t count = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* in = image.pixels.data() + i * static_cast<std::size_t>(image.channels);
        const int red = in[0];
        const int green = image.channels == 1 ? red : in[1];
        const int blue = image.channels == 1 ? red : in[2];
        std::uint8_t* out = result.pixels.data() + i * static_cast<std::size_t>(channels);
        if (order == ChannelOrder::gray) {
            out[0] =
                image.channels == 1
                    ? in[0]
                    : static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
            continue;
        }
        out[0] = static_cast<std::uint8_t>(order == ChannelOrder::rgb ? red : blue);
        out[1] = static_cast<std::uint8_t>(green);
        out[2] = static_cast<std::uint8_t>(order == ChannelOrder::rgb ? blue : red);
    }
    return result;
}

} // namespace lathe
