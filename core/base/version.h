// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace lathe {

/// The version of the product, "major.minor.patch".
std::string_view version() noexcept;

}
