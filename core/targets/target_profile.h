// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/base/json.h"
#include "core/targets/target.h"

namespace lathe {

/// Version of the profile's form that this program reads.
inline constexpr int targetSchema = 1;

/// A profile as resources/targets/README.md describes it, checked: names, kinds and limits of every field, a stated
/// source of every figure, defaults that the target runs, a cost for every pair of widths that its kernels take.
/// Throws Error{jsonField} with the place in the file, the field and what it must be.
Target parseTarget(const Json& json, std::string_view where);

}
