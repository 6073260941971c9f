// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/ops/op.h"

namespace lathe {

/// Fills dtype and shape of every value as far as they follow from the inputs, and Node::unsupported of nodes that cannot
/// run. `inputShapes` overrides graph inputs by name. Unknown operators leave their outputs unknown (a stated value_info
/// is kept). Throws Error{operatorInput} for contradictory shapes.
void inferShapes(Graph& graph, const std::map<std::string, Shape>& inputShapes = {});

/// A copy with every input shape fixed: `inputShapes` by name, other unknown dimensions become 1. Constant results of
/// shape arithmetic are not folded here.
Graph withInputShapes(const Graph& graph, const std::map<std::string, Shape>& inputShapes);

/// Brings nodes of opset 7..12 into the forms of opset 13 (see Op::upgrade) and sets graph.opsets[""].
void upgradeOperators(Graph& graph, int fromOpset);

}  // namespace lathe
