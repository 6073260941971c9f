// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/targets/cost.h"

#include <string>

namespace lathe::cli {

Json costToJson(const PlanCost& cost);

/// One line: what the plan costs on the target, and what does not fit.
std::string costToText(const std::string& target, const PlanCost& cost);

}
