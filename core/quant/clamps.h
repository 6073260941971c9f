// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"
#include "core/numeric/encoding.h"

namespace lathe {

/// The limits of a Relu or Clip; infinite where it has none.
struct Limits
{
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
};

/// A Relu or Clip that a file does without, because the codes behind it are clamped to the same limits.
struct AbsorbedClamp
{
    std::string node;
    std::string input;
    std::string output;
    Limits limits;
};

/// Notes the clamps in the metadata, so that the float form of the file can have them again.
void noteClamps(Graph& graph, const std::vector<AbsorbedClamp>& clamps);

/// The graph with the clamps that its metadata tells of. What is told is not trusted: a clamp that would change what is
/// computed, or that does not fit the graph, is left out.
Graph withClamps(Graph graph);

/// Whether the codes of an operator's result tell of a Relu that a file does without: of a sum that may be negative, they
/// begin at zero.
bool impliesRelu(std::string_view op, const Encoding& grid);

/// The graph with the Relus that its grids imply, for files of others, whose metadata tells of none. What it computes does
/// not change; its float form does.
Graph withImpliedClamps(Graph graph);

} // namespace lathe
