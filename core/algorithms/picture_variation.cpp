// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/picture_variation.h"

#include <algorithm>

namespace lathe {

namespace {

bool isColours(std::int64_t size)
{
    return size == 1 || size == 3 || size == 4;
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
    Tensor result(picture.dtype(), shape);
    const float* from = picture.data<float>().data();
    float* to = result.mutableData<float>().data();
    for (std::int64_t plane = 0; plane < planes; ++plane)
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t sourceRow =
                plane * rows + std::clamp(row - variation.down, std::int64_t{0}, rows - 1);
            for (std::int64_t column = 0; column < columns; ++column) {
                std::int64_t source = std::clamp(column - variation.right, std::int64_t{0}, columns - 1);
                if (variation.mirrored)
                    source = columns - 1 - source;
                to = std::copy_n(from + (sourceRow * columns + source) * inner, inner, to);
            }
        }
    return result;
}

} // namespace lathe
