// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/tensor/tensor.h"

namespace lathe {

/// Where the rows and columns of a picture [N, C, H, W] or [N, H, W, C] are.
struct PictureAxes
{
    int rows = 2;
    int columns = 3;
};

/// Nothing where a tensor is not of that form with 1, 3 or 4 colours.
std::optional<PictureAxes> pictureAxes(const Tensor& tensor);

/// A stretch of a picture's side, in parts of it.
struct PicturePart
{
    double begin = 0;
    double size = 1;
};

/// How a picture is shown otherwise: mirrored left to right, then a part of it brought to the full size, then
/// moved, the edge repeated where it was left.
struct PictureVariation
{
    bool mirrored = false;
    PicturePart rows{};
    PicturePart columns{};
    std::int64_t down = 0;
    std::int64_t right = 0;
};

/// The float32 picture so varied; between pixels it is interpolated bilinearly.
Tensor varied(const Tensor& picture, const PictureAxes& axes, const PictureVariation& variation);

} // namespace lathe
