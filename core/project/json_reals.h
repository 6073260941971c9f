// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/json.h"

namespace lathe {

/// JSON has no infinities and no NaN: such numbers are kept as text.
Json realToJson(double value);
/// Throws Error{jsonField}.
double realFromJson(const Json& json, const std::string& where);

}
