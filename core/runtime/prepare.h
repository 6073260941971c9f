// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/plan.h"

namespace lathe {

/// What stands before kernels are chosen.
struct Prepared {
    Plan plan;                             ///< graph, slots and types filled in
    std::vector<SlotSetting> settings;     ///< by slot: what the graph says
};

/// Fixes shapes, folds what they determine, takes out the quantization points, opens further ones, and keeps 16-bit floats
/// in float32. Throws Error{unsupportedOperator, shapeUnknown, unknownName}.
Prepared prepareGraph(const Graph& graph, const CompileOptions& options, const Control& control);

}
