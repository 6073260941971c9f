// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/base/control.h"
#include "core/ops/op.h"

namespace lathe {

using TensorMap = std::map<std::string, Tensor>;

/// Runs the whole graph with the operators' plain reference implementations, freeing values after their last use.
/// Returns the graph outputs, and every value when `keepAll`. Throws Error{inputMissing, unsupportedOperator ...}.
TensorMap runReference(const Graph& graph, const TensorMap& inputs, const Control& control, bool keepAll = false);

}  // namespace lathe
