// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace lathe {

/// True when `text` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms).
bool isUtf8(std::string_view text);

}  // namespace lathe
