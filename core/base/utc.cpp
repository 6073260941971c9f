// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utc.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <array>
#include <cstdlib>
#include <ctime>

namespace lathe {
namespace {

constexpr std::int64_t lastSecondOf9999 = 253402300799;

}

std::string utcText(std::int64_t secondsSince1970)
{
    if (secondsSince1970 < 0 || secondsSince1970 > lastSecondOf9999)
        throw Error(ErrorCode::invalidArgument, "time", {{"what", "The year must lie between 1970 and 9999."}});
    const auto seconds = static_cast<std::time_t>(secondsSince1970);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

std::optional<std::string> sourceDateEpoch()
{
    const char* seconds = std::getenv("SOURCE_DATE_EPOCH");
    if (!seconds || !*seconds)
        return std::nullopt;
    return utcText(parseInteger(seconds, "SOURCE_DATE_EPOCH"));
}

std::string utcNow()
{
    return sourceDateEpoch().value_or(utcText(static_cast<std::int64_t>(std::time(nullptr))));
}

}
