// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/control.h"
#include "core/graph/graph.h"

namespace lathe {

struct Simplified {
    Graph graph;
    std::vector<std::string> log;  ///< "Batch-norms folded into the layer before them: 9", in order
};

/// Runs the passes of these ids (all when empty), in the table's order, until none finds anything; bodies of If, Loop and
/// Scan too. The graph is validated before and after each change; shapes are kept inferred. Throws Error{modelInvalid}
/// naming the pass, Error{unknownName} for an unknown id.
Simplified simplify(const Graph& graph, const Control& control = {}, std::span<const std::string_view> only = {});

}  // namespace lathe
