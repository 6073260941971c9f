// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace lathe {

namespace {

template <typename T>
std::string shortest(T value)
{
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

template <typename T>
T parseWhole(std::string_view text, std::string_view where, const char* noun)
{
    T value{};
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    bool valid = result.ec == std::errc() && result.ptr == end;
    if constexpr (std::is_floating_point_v<T>)
        valid = valid && std::isfinite(value);
    if (!valid)
        throw Error(ErrorCode::invalidArgument, std::string(where),
                    {{"what", "\"" + std::string(text) + "\" is not " + noun + "."}});
    return value;
}

} // namespace

std::vector<std::string> splitText(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

std::string joinText(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i)
            result += separator;
        result += parts[i];
    }
    return result;
}

std::string_view trimText(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string realText(double value)
{
    return shortest(value);
}
std::string realText(float value)
{
    return shortest(value);
}

std::string fixedText(double value, int digits)
{
    std::array<char, 512> buffer;
    const int shown = digits < 0 ? 0 : digits > 100 ? 100 : digits;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, shown)
            .ptr;
    std::string text(buffer.data(), end);
    if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-')
        text.erase(0, 1);
    return text;
}

std::string sizeText(std::int64_t bytes)
{
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 0)
        return "-" + sizeText(bytes == INT64_MIN ? INT64_MAX : -bytes);
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    // 999.5 and more would round to 1000 of the smaller unit.
    while (value >= (unit == 0 ? 1000.0 : 999.5) && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    std::string text = fixedText(value, unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.')
            text.pop_back();
    }
    return text + " " + units[unit];
}

std::int64_t parseInteger(std::string_view text, std::string_view where)
{
    return parseWhole<std::int64_t>(text, where, "a whole number");
}

double parseReal(std::string_view text, std::string_view where)
{
    return parseWhole<double>(text, where, "a number");
}

} // namespace lathe
