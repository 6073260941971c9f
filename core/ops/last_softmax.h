// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/graph/graph.h"

namespace lathe {

/// The Softmax that makes an output, or null.
const Node* lastSoftmax(const Graph& graph, ValueId output);
/// Where to compare: before a last Softmax, in whose output a confident model hides its errors.
std::string comparedValue(const Graph& graph, ValueId output);

}
