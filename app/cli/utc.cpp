// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/utc.h"

#include <array>
#include <cstdlib>
#include <ctime>

namespace lathe::cli {

std::string utcNow()
{
    const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
    const std::time_t now = epoch ? static_cast<std::time_t>(std::strtoll(epoch, nullptr, 10)) : std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}
