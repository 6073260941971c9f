// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/quantities.h"

#include "app/cli/context.h"

#include <cmath>
#include <map>
#include <optional>

namespace lathe::cli {
namespace {

/// A finite number and what stands behind it; nothing when the text is none.
std::optional<std::pair<double, std::string>> numberAndUnit(const std::string& text)
{
    std::size_t end = 0;
    double value = 0;
    try {
        value = std::stod(text, &end);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return std::isfinite(value) ? std::optional(std::pair(value, text.substr(end))) : std::nullopt;
}

/// A positive number with one of the units behind it; 0 when the text is none.
double parseQuantity(const std::string& text, const std::map<std::string, double>& units)
{
    const auto number = numberAndUnit(text);
    const auto unit = number ? units.find(number->second) : units.end();
    return unit != units.end() && number->first > 0 ? number->first * unit->second : 0;
}

}

double parseSeconds(const std::string& text, const std::string& option)
{
    static const std::map<std::string, double> units{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    const double seconds = text.empty() ? 0 : parseQuantity(text, units);
    if (!text.empty() && seconds == 0)
        throw UsageError(option + " is a time like 60s or 5m, not \"" + text + "\".");
    return seconds;
}

double parseBytes(const std::string& text, const std::string& option)
{
    static const std::map<std::string, double> units{
        {"", 1},       {"k", 1e3},      {"kB", 1e3},      {"M", 1e6}, {"MB", 1e6}, {"Ki", 1024},
        {"KiB", 1024}, {"Mi", 1048576}, {"MiB", 1048576}, {"G", 1e9}, {"GB", 1e9}};
    const double bytes = parseQuantity(text, units);
    if (bytes == 0)
        throw UsageError(option + " is a size like 500k or 1.2M, not \"" + text + "\".");
    return bytes;
}

MaxDrop parseMaxDrop(const std::string& text, const std::string& option)
{
    const auto number = numberAndUnit(text);
    if (!number || (!number->second.empty() && number->second != "%"))
        throw UsageError(option + " is a loss like 0.005 or 0.5%, not \"" + text + "\".");
    const bool share = number->second == "%";
    return {share ? number->first / 100 : number->first, share};
}

}
