// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

namespace lathe {

/// Antialiased bilinear resize as Pillow's Image.resize(BILINEAR) does it for 8-bit images: the triangle
/// filter is widened by the reduction factor, weights are 22-bit fixed point, rows first, 8-bit between the
/// two passes. Throws Error{invalidArgument} for an empty size.
Image resizeBilinear(const Image& image, int width, int height);

struct PictureSize
{
    int width = 0;
    int height = 0;
};

/// The size that resizeShort() makes.
PictureSize shortSideSize(PictureSize picture, int shortSide);
/// Short side `shortSide`, long side round(long * shortSide / short).
Image resizeShort(const Image& image, int shortSide);
/// Where centerCrop() begins on a side: floor((side - size) / 2), below 0 when the side is shorter.
int cropOffset(int side, int size);
/// Offsets floor((size - n) / 2); an image smaller than `size` is centred on black, as Pillow's crop does.
Image centerCrop(const Image& image, int size);
/// Where letterbox() puts the picture and how large it becomes.
struct LetterboxPlace
{
    PictureSize size;
    int left = 0;
    int top = 0;
};
LetterboxPlace letterboxPlace(PictureSize picture, int size, bool centered);
/// Scales so that the image fits a square of `size`, the rest is `pad`; `centered` or top left.
Image letterbox(const Image& image, int size, std::uint8_t pad, bool centered);

enum class ChannelOrder
{
    rgb,
    bgr,
    gray
};
/// Grey is Pillow's "L": (19595 R + 38470 G + 7471 B + 32768) >> 16.
Image withChannels(const Image& image, ChannelOrder order);

} // namespace lathe
