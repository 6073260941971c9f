// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lathe {

/// Characters that a name of the text form may have without quotes.
inline bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '/' || c == '-';
}

}  // namespace lathe
