// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/base/control.h"
#include "core/ops/op.h"

namespace lathe {

using TensorMap = std::map<std::string, Tensor>;

/// Runs the whole graph with the operators' plain reference implementations, freeing values after their last use.
/// float16 and bfloat16 values are kept in float32 between the nodes, as ONNX Runtime does on processors without 16-bit
/// arithmetic: they are rounded by Cast, by operators that make them from other types, and as results.
/// Returns the graph outputs, and every value when `keepAll`. Throws Error{inputMissing, unsupportedOperator ...}.
TensorMap runReference(const Graph& graph, const TensorMap& inputs, const Control& control, bool keepAll = false);

}  // namespace lathe
