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

/// How a picture is shown otherwise: mirrored left to right, then moved, the edge repeated where it was left.
struct PictureVariation
{
    bool mirrored = false;
    std::int64_t down = 0;
    std::int64_t right = 0;
};

/// The float32 picture so varied.
Tensor varied(const Tensor& picture, const PictureAxes& axes, const PictureVariation& variation);

} // namespace lathe
