// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/utf8.h"

#include <cstddef>

namespace lathe {
namespace {

bool within(int c, int low, int high) { return c >= low && c <= high; }

/// Length of the well-formed sequence at the start of `text`, or 0.
std::size_t sequenceLength(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? int{static_cast<unsigned char>(text[i])} : 0; };
    const int first = at(0);
    if (first < 0x80) return 1;
    if (within(at(0), 0xc2, 0xdf)) return within(at(1), 0x80, 0xbf) ? 2 : 0;
    const int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (!within(at(1), low, high) || !within(at(2), 0x80, 0xbf)) return 0;
    if (within(at(0), 0xe0, 0xef)) return 3;
    return within(at(0), 0xf0, 0xf4) && within(at(3), 0x80, 0xbf) ? 4 : 0;
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequenceLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace lathe
