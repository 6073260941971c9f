// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/points.h"

namespace lathe {

/// Repeats points of at most 8 bits ahead of concatenations and of nodes that only move numbers, where nobody else reads
/// what these move: rounding commutes with moving, so that every later number stays the same, and bytes are moved instead
/// of real numbers. Values in between come to be on the grid, so it is not for programs whose every tensor is watched.
void repeatPointsEarly(PointedGraph& pointed);

}
