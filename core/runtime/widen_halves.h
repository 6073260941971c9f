// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/graph.h"

namespace lathe {

/// float16 and bfloat16.
bool isHalf(DType type);
/// 16-bit floats become float32 throughout, as the reference runs them: only Cast and the graph's results
/// round.
void widenHalves(Graph& graph);

}
