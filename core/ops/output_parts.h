// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// The values that an output is put together of: what a last Concat joins, seen through operators that keep
/// every element (Transpose, Reshape ...). Boxes and scores in one tensor differ so much in size that an
/// error of the whole is one of the boxes alone. comparedValue() where nothing is joined. Each value once, in
/// the order of the operands.
std::vector<std::string> outputParts(const Graph& graph, ValueId output);

/// Those of all outputs, each once; outputs of whole numbers are left out.
std::vector<std::string> comparedParts(const Graph& graph);

}
