// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/graph/graph.h"

namespace lathe::onnx {

/// The graph's operator sets, with version 1 of every domain that its nodes and bodies use without naming it, and
/// ai.onnx 13 where it is not named: what a file must import.
std::map<std::string, int> importedOpsets(const Graph& graph);

}  // namespace lathe::onnx
