// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/op.h"

namespace lathe {

/// The output-channel axis of a weighted node's weight of this rank (Gemm's depends on transB).
int weightChannelAxis(const Node& node, const OpTraits& traits, int rank);

/// Sets Value::channelAxis of every value: 1 for images and rows, moved by Transpose, the last axis behind MatMul and
/// LayerNormalization, the output-channel axis for weights. Shapes must have been inferred.
void inferChannelAxes(Graph& graph);

}
