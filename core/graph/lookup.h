// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/graph/graph.h"

namespace lathe {

/// The operator set of ai.onnx that the graph's nodes are of; 13 where it names none (graphs of other domains
/// alone).
int opsetOf(const Graph& graph);

/// The value of that name. Throws Error{unknownName}.
ValueId valueNamed(const Graph& graph, const std::string& name);

} // namespace lathe
