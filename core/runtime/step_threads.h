// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/graph/graph.h"

namespace lathe {

/// Threads that a step of these nodes is worth: all of `available`, or one where waking and awaiting the
/// others takes about as long as the step on one thread. Shapes must be known.
int threadsWorth(const Graph& graph, std::span<const NodeId> nodes, int available);

}
