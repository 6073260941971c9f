// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lathe {

/// Memory of this process now (its resident set), 0 where the system does not tell.
std::int64_t residentBytes();

}
