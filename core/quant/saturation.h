// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/graph/graph.h"
#include "core/numeric/encoding.h"

namespace lathe {

/// Beyond this range nothing that reads the value tells its numbers apart: of values that Sigmoid alone
/// reads, where it comes closer to 0 and 1 than half a step of a grid of so many bits. Nothing for other
/// values.
std::optional<Range> sensitiveRange(const Graph& graph, const std::string& value, int bits);

} // namespace lathe
