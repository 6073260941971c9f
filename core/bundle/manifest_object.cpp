// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/manifest_object.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

bool isWord(std::string_view text, std::string_view extra)
{
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !text.empty() && text.size() <= 64 && isPlain(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return isPlain(c) || extra.find(c) != std::string_view::npos; });
}

bool isTime(std::string_view text)
{
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
    if (text.size() != form.size())
        return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2))));
    return date.ok() && number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60;
}

} // namespace

ManifestObject::ManifestObject(const Json& value, std::string where)
    : JsonObject(value, where)
    , m_name(std::move(where))
{
}

std::string ManifestObject::nameOf(std::string_view key) const
{
    return m_name + "." + std::string(key);
}

ManifestObject ManifestObject::child(std::string_view key)
{
    return ManifestObject(object(key), nameOf(key));
}

std::string ManifestObject::filled(std::string_view key)
{
    std::string text = string(key);
    if (text.empty())
        fail(key, "is empty");
    return text;
}

std::string ManifestObject::word(std::string_view key, std::string_view extra)
{
    std::string text = string(key);
    if (!isWord(text, extra))
        fail(key, "is not a plain word");
    return text;
}

std::int64_t ManifestObject::count(std::string_view key)
{
    const std::int64_t value = integer(key);
    if (value < 0)
        fail(key, "is negative");
    return value;
}

std::optional<std::int64_t> ManifestObject::optionalCount(std::string_view key)
{
    return has(key) ? std::optional(count(key)) : std::nullopt;
}

Digest ManifestObject::digest(std::string_view key, std::string_view prefix)
{
    return digestOf(string(key), key, prefix);
}

Digest ManifestObject::digestOf(std::string_view text, std::string_view key, std::string_view prefix) const
{
    const std::string_view digits = text.substr(std::min(prefix.size(), text.size()));
    const bool isLower = digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!text.starts_with(prefix) || digits.size() != 64 || !isLower)
        fail(key, "is not a SHA-256 digest");
    return Digest::fromHex(digits);
}

float ManifestObject::single(std::string_view key)
{
    const std::string text = string(key);
    std::uint32_t bits = 0;
    const char* end = text.data() + text.size();
    if (text.size() != 10 || !text.starts_with("0x") ||
        std::from_chars(text.data() + 2, end, bits, 16).ptr != end)
        fail(key, "is not a number of eight hexadecimal digits");
    return std::bit_cast<float>(bits);
}

double ManifestObject::decimal(std::string_view key)
{
    const std::string text = string(key);
    try {
        return parseReal(text, key);
    } catch (const Error&) {
        fail(key, "is not a number");
    }
}

std::string ManifestObject::time(std::string_view key)
{
    std::string text = string(key);
    if (!isTime(text))
        fail(key, "is not a time like 2026-11-20T12:00:00Z");
    return text;
}

} // namespace lathe
