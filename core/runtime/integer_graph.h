// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/runtime/points.h"

namespace lathe {

/// A graph whose values on grids of at most 8 bits are bytes, and whose operators between such values are
/// integer ones.
struct IntegerGraph
{
    /// What stays simulated keeps its slots: real numbers next to integer operators, grids of more than 8
    /// bits.
    PointedGraph pointed;
    std::map<std::string, Encoding> grids; ///< by name: the grid of a value that is held as bytes (uint8)
    std::map<std::string, std::string>
        names; ///< other names of values, as PointedGraph::aliases has them for slots
    std::map<std::string, std::string> reasons; ///< by output name of a node: why it stays simulated
};

/// Rewrites a pointed graph for integer kernels so that every result stays that of the simulated run, bit for
/// bit. Signed codes are raised by 128. Shapes must be known; values of unknown shape and bodies of If, Loop
/// and Scan stay as they are.
IntegerGraph toIntegerGraph(const PointedGraph& pointed, const CompileOptions& options);

}
