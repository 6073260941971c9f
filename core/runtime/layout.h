// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor/shape.h"

namespace lathe {

/// Order of a value's elements in memory. Channels-last ([N, spatial..., C]) is as fast as blocked layouts in oneDNN's
/// AVX2 and AVX-512 convolutions and, unlike these, has no padding lanes that could reach a tap or spoil a code.
enum class Layout : std::uint8_t {
    plain,         ///< row-major
    channelsLast,  ///< axis 1 innermost; same as plain below rank 3
};

/// Strides in elements of the logical axes of a value held in `layout`.
std::vector<std::int64_t> stridesOf(const Shape& shape, Layout layout);

/// The axes in memory order: {0, 2, 3, 1} for a channels-last image.
std::vector<int> memoryOrder(int rank, Layout layout);

/// The dimensions in memory order.
Shape physicalShape(const Shape& shape, Layout layout);

/// True when every element has the same position in both layouts (one channel, or one pixel).
bool sameOrder(const Shape& shape, Layout a, Layout b);

}
