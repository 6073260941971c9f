// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/picture_variation.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lathe {

namespace {

bool isColours(std::int64_t size)
{
    return size == 1 || size == 3 || size == 4;
}

/// Where along a side a pixel comes from: between two pixels, by the share of the second one.
struct Source
{
    std::int64_t first = 0;
    std::int64_t second = 0;
    float share = 0;
};

std::vector<Source> sourcesOf(std::int64_t size, const PicturePart& part, std::int64_t moved, bool mirrored)
{
    std::vector<Source> sources;
    for (std::int64_t i = 0; i < size; ++i) {
        const auto shown = static_cast<double>(std::clamp(i - moved, std::int64_t{0}, size - 1));
        const double at = std::clamp(part.begin * static_cast<double>(size) + (shown + 0.5) * part.size - 0.5,
                                     0.0, static_cast<double>(size - 1));
        const auto first = static_cast<std::int64_t>(at);
        Source source{first, std::min(first + 1, size - 1), static_cast<float>(at - std::floor(at))};
        if (mirrored) {
            source.first = size - 1 - source.first;
            source.second = size - 1 - source.second;
        }
        sources.push_back(source);
    }
    return sources;
}

float between(float first, float second, float share)
{
    return first * (1 - share) + second * share;
}

} // namespace

std::optional<PictureAxes> pictureAxes(const Tensor& tensor)
{
    const Shape& shape = tensor.shape();
    if (tensor.dtype() != DType::float32 || shape.rank() != 4)
        return std::nullopt;
    if (isColours(shape[1]))
        return PictureAxes{2, 3};
    return isColours(shape[3]) ? std::optional(PictureAxes{1, 2}) : std::nullopt;
}

Tensor varied(const Tensor& picture, const PictureAxes& axes, const PictureVariation& variation)
{
    const Shape& shape = picture.shape();
    const std::int64_t planes = shape.elements(0, axes.rows), rows = shape[axes.rows],
                       columns = shape[axes.columns], inner = shape.elements(axes.columns + 1, shape.rank());
    const std::vector<Source> down = sourcesOf(rows, variation.rows, variation.down, false);
    const std::vector<Source> across =
        sourcesOf(columns, variation.columns, variation.right, variation.mirrored);
    Tensor result(picture.dtype(), shape);
    const float* from = picture.data<float>().data();
    float* to = result.mutableData<float>().data();
    for (std::int64_t plane = 0; plane < planes; ++plane)
        for (const Source& row : down) {
            const float* upper = from + (plane * rows + row.first) * columns * inner;
            const float* lower = from + (plane * rows + row.second) * columns * inner;
            for (const Source& column : across)
                for (std::int64_t i = 0; i < inner; ++i) {
                    const std::int64_t left = column.first * inner + i, right = column.second * inner + i;
                    *to++ = between(between(upper[left], upper[right], column.share),
                                    between(lower[left], lower[right], column.share), row.share);
                }
        }
    return result;
}

} // namespace lathe
