// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lathe::cli {

/// Now as "2026-11-20T12:00:00Z"; SOURCE_DATE_EPOCH in the environment takes its place.
std::string utcNow();

}
