// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/fs.h"

namespace lathe {

/// RFC 4648 section 5, without padding.
std::string encodeBase64Url(std::span<const std::byte> bytes);
/// Strict: the alphabet only, no padding, no line ends, unused bits zero; nothing for anything else.
std::optional<Bytes> decodeBase64Url(std::string_view text);

} // namespace lathe
