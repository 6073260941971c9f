// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "core/graph/graph.h"
#include "core/numeric/encoding.h"

namespace lathe {

/// Attributes that QuantizeLinear and DequantizeLinear nodes carry inside the engine, besides ONNX's own,
/// when their grid is narrower than the container (int5 in int8, -127..127). They are never written to a
/// file: there a Clip of the codes says it, or the codes themselves do.
inline constexpr std::string_view bitsAttribute = "lathe_bits";
inline constexpr std::string_view minimumCodeAttribute = "lathe_minimum_code";
inline constexpr std::string_view maximumCodeAttribute = "lathe_maximum_code";

bool isQuantizeNode(const Node& node);   ///< QuantizeLinear of ai.onnx or com.microsoft
bool isDequantizeNode(const Node& node); ///< DequantizeLinear of ai.onnx or com.microsoft

/// The grid that a QuantizeLinear or DequantizeLinear node states by its constant scale and zero-point.
/// Nothing when these are not constant, do not fit together, are not finite and positive, or are blocked.
std::optional<Encoding> statedEncoding(const Graph& graph, const Node& node);

/// Sets the attributes above where `encoding` needs them.
void stateCodeRange(Node& node, const Encoding& encoding);

/// Scale and zero-point as ONNX operands: rank 0 for one, rank 1 for channels; the zero-point in the grid's
/// container.
Tensor scaleOperand(const Encoding& encoding);
Tensor zeroPointOperand(const Encoding& encoding);

} // namespace lathe
