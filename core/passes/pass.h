// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/control.h"
#include "core/base/table.h"
#include "core/graph/patch.h"

namespace lathe {

/// What one sweep of a pass wants changed: all places at once that do not depend on each other.
struct Edits {
    Patch patch;
    int count = 0;  ///< how many places; 0 = the pass found nothing
};

/// One graph-to-graph rewrite that keeps results, graph inputs and the names of graph outputs, and lets each layer keep
/// the name of its output value. Stateless; called until it finds nothing.
struct Pass {
    std::string id;     ///< "fold_batch_norm"
    std::string label;  ///< what was done, for people: "Batch-norms folded into the layer before them"
    Edits (*find)(const Graph& graph, const Control& control) = nullptr;
};

/// All passes, in the order in which they run.
const Table<Pass>& passes();

}  // namespace lathe
