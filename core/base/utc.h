// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lathe {

/// "2026-11-20T12:00:00Z" of seconds since 1970. Throws Error{invalidArgument} outside the years 1970 to 9999.
std::string utcText(std::int64_t secondsSince1970);
/// The time that SOURCE_DATE_EPOCH in the environment sets, for builds that must repeat; nothing when it is not set.
std::optional<std::string> sourceDateEpoch();
/// sourceDateEpoch(), else the clock.
std::string utcNow();

}
