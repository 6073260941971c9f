// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace lathe {

/// File endings that are taken for pictures.
inline constexpr std::array<std::string_view, 8> imageEndings = {".png", ".jpg", ".jpeg", ".bmp",
                                                                 ".ppm", ".pgm", ".webp", ".gif"};

} // namespace lathe
