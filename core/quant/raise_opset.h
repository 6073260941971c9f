// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/graph.h"

namespace lathe {

/// Brings a graph of opset 13 to 20 into the forms of opset 21, where Quantize/DequantizeLinear take 4 and 16
/// bits: axes of reductions as an operand, stated parts of Split, renamed modes, one number a channel. Graphs
/// of later opsets stay as they are. Throws Error{notExportable} for a GroupNormalization whose scale and
/// bias are not constant.
void raiseOpset(Graph& graph);

} // namespace lathe
