// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/quant/resolve.h"
#include "core/runtime/program.h"

namespace lathe {

/// Every place that a plan can set, as slots of the float graph.
std::vector<Slot> planSlots(const PointLayout& layout);

/// What a resolved plan sets the slot to; clear where it stays in float.
SlotSetting planSetting(const Slot& slot, const Resolved& resolved);

bool sameSetting(const SlotSetting& a, const SlotSetting& b);

}
