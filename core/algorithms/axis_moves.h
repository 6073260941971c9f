// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/graph/graph.h"

namespace lathe {

/// Where a node that treats vectors along one axis as a linear map does (moves, slices, joins, averages or
/// adds them as they are, or multiplies them by one number) puts the axis of its operand; nothing for other
/// nodes. `block`: the vectors stand behind one another on the axis and are so long; becomes shorter where a
/// Reshape cuts them.
std::optional<int> axisBehind(const Graph& graph, const Node& node, std::size_t operand, int axis,
                              std::int64_t& block);
/// The axis of the operand that axisBehind() puts to `axis`.
std::optional<int> axisBefore(const Graph& graph, const Node& node, std::size_t operand, int axis,
                              std::int64_t& block);

} // namespace lathe
