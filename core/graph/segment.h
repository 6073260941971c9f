// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// The part of a graph that computes `wanted` values from `given` ones, as a graph of its own with the same
/// names.
struct Segment
{
    /// Inputs: the given values and graph inputs that the part reads. Outputs: `wanted` as far as the part
    /// makes them, then those of its values that nodes outside of it read too, so that what follows can go on
    /// from there.
    Graph graph;
    /// Given values and graph inputs that `wanted` come from, or are themselves.
    std::set<std::string> sources;
};

/// Walks back from `wanted` (names of values of the graph) to given values, graph inputs and constants.
/// Throws Error{unknownName}.
Segment segmentOf(const Graph& graph, const std::set<std::string>& given,
                  const std::vector<std::string>& wanted);

} // namespace lathe
