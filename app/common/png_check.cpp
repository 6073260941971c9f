// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/png_check.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace lathe {
namespace {

constexpr std::array<unsigned char, 8> signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t frame = 12; // length, type, checksum

const unsigned char* raw(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::uint32_t bigEndian(std::span<const std::byte> bytes)
{
    const unsigned char* b = raw(bytes);
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

std::string headerDamage(std::span<const std::byte> data)
{
    constexpr std::size_t headerBytes = 13;
    const bool sound = data.size() == headerBytes && bigEndian(data) > 0 && bigEndian(data.subspan(4)) > 0;
    return sound ? std::string() : "its header is damaged";
}

}

std::string pngDamage(std::span<const std::byte> bytes)
{
    if (bytes.size() < signature.size() || !std::equal(signature.begin(), signature.end(), raw(bytes)))
        return {};
    bytes = bytes.subspan(signature.size());
    for (bool first = true;; first = false) {
        if (bytes.size() < frame || bigEndian(bytes) > bytes.size() - frame)
            return "the file ends too early";
        const std::size_t length = bigEndian(bytes);
        const auto content = bytes.subspan(4, 4 + length);
        const std::string_view type(reinterpret_cast<const char*>(content.data()), 4);
        constexpr unsigned char ancillary = 0x20; // a lower-case type: pictures can be read without it
        const bool critical = (raw(content)[0] & ancillary) == 0;
        const auto checksum = static_cast<std::uint32_t>(crc32_z(0, raw(content), content.size()));
        if (critical && checksum != bigEndian(bytes.subspan(8 + length)))
            return "a part of it is damaged";
        if (first && type != "IHDR")
            return "its header is missing";
        if (std::string damage = first ? headerDamage(content.subspan(4)) : std::string(); !damage.empty())
            return damage;
        if (type == "IEND")
            return {};
        bytes = bytes.subspan(frame + length);
    }
}

}
