// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"

namespace lathe {

/// Corrects every bias from the statistics alone, without running a sample.
void correctBiasesAnalytically(QuantState& state, const PlacementRules& rules, const Control& control);

} // namespace lathe
