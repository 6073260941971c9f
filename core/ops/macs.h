// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/op.h"

namespace lathe {

/// Multiply-accumulates of one evaluation of a node, of one sample where the batch is dynamic; 0 when they cannot be
/// counted.
std::int64_t macsOf(const Graph& graph, const Node& node);

}
