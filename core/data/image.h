// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace lathe {

/// 8-bit pixels, row-major, `channels` (1 or 3) interleaved.
struct Image
{
    int width = 0;
    int height = 0;
    int channels = 0;
    std::vector<std::uint8_t> pixels;

    bool operator==(const Image&) const = default;
};

/// Decodes PNG, JPEG ... into RGB or grey; handed in by the application. Throws Error{imageUnreadable}.
using ImageDecoder = std::function<Image(std::span<const std::byte> bytes, std::string_view where)>;

} // namespace lathe
