// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/late_part.h"
#include "core/runtime/plan.h"

namespace lathe {

/// What stands before kernels are chosen.
struct Prepared {
    Plan plan;                             ///< graph, slots and types filled in
    std::vector<SlotSetting> settings;     ///< by slot: what the graph says
    Graph whole;                           ///< with the late nodes; empty where there are none
    std::vector<std::string> lateNodes;
    std::unique_ptr<const LatePart> late;  ///< what stands behind shapes that are only known while running; may be null
};

/// Fixes shapes, folds what they determine, cuts off what has no shape yet, takes out the quantization points, opens
/// further ones, and keeps 16-bit floats in float32. Throws Error{unsupportedOperator, shapeUnknown, unknownName}.
Prepared prepareGraph(const Graph& graph, const CompileOptions& options, const Control& control);

}
