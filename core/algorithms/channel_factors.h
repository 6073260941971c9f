// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/graph/graph.h"

namespace lathe {

/// Factors of channels, by the value that a function makes of the product: f(factor * x) for f(x).
using ChannelFactors = std::map<std::string, Tensor>;

/// Puts a product with the factors before the node that makes each value, of one operand. Throws
/// Error{modelInvalid} for a value that no such node makes, or factors that do not fit its channels.
void addChannelFactors(Graph& graph, const ChannelFactors& factors);

/// The factors that addChannelFactors() put into the graph that was `before`.
ChannelFactors addedChannelFactors(const Graph& before, const Graph& graph);

} // namespace lathe
