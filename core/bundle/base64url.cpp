// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/base64url.h"

#include <cstdint>

namespace lathe {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

std::string encodeBase64Url(std::span<const std::byte> bytes)
{
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const std::byte byte : bytes) {
        pending = (pending << 8 | std::to_integer<std::uint32_t>(byte)) & 0xffffu;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text += kAlphabet[(pending >> bits) & 63u];
        }
    }
    if (bits > 0)
        text += kAlphabet[(pending << (6 - bits)) & 63u];
    return text;
}

std::optional<Bytes> decodeBase64Url(std::string_view text)
{
    if (text.size() % 4 == 1)
        return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        pending = (pending << 6 | static_cast<std::uint32_t>(value)) & 0xfffu;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::byte>((pending >> bits) & 0xffu));
        }
    }
    if ((pending & ((1u << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace lathe
