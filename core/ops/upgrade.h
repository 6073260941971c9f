// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/ops/op.h"

namespace lathe {

/// What Op::upgrade functions share. All leave the node's outputs alone, so that names of values stay.

/// Name of the node's first output, for names of what is made for it; the operator's name when it has none.
std::string outputName(const Graph& graph, NodeId node);
/// A new constant named after the node's first output.
ValueId addOperandConstant(Graph& graph, NodeId node, std::string_view suffix, Tensor constant);
/// Makes `value` operand `index`, omitting the ones between where there are none yet.
void setOperand(Graph& graph, NodeId node, std::size_t index, ValueId value);
/// Moves a list attribute into operand `index` as a 1-D int64 constant; nothing happens when it is absent.
void attributeToOperand(Graph& graph, NodeId node, std::string_view key, std::size_t index);
/// Moves a number attribute into operand `index` as a rank-0 constant of the element type of operand 0.
void realToOperand(Graph& graph, NodeId node, std::string_view key, std::size_t index);
void eraseAttribute(Graph& graph, NodeId node, std::string_view key);

}
