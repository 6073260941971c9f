// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lathe {

/// What is wrong with the chunks of a PNG file (lengths, checksums, end), in words; empty when they are sound or it is no
/// PNG. libpng would print such damage on standard error.
std::string pngDamage(std::span<const std::byte> bytes);

}
