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
/// The format and the learned values of a grid whose codes are places in a table; never written to a file either.
inline constexpr std::string_view formatAttribute = "lathe_format";
inline constexpr std::string_view tableAttribute = "lathe_table";

bool isQuantizeNode(const Node& node);   ///< QuantizeLinear of ai.onnx or com.microsoft
bool isDequantizeNode(const Node& node); ///< DequantizeLinear of ai.onnx or com.microsoft

/// The grid that a QuantizeLinear or DequantizeLinear node states by its constant scale and zero-point.
/// Nothing when these are not constant, do not fit together, are not finite and positive, or are blocked and not those of
/// constant codes.
std::optional<Encoding> statedEncoding(const Graph& graph, const Node& node);

/// Sets the attributes above where `encoding` needs them.
void stateCodeRange(Node& node, const Encoding& encoding);

/// Sets ONNX's `axis` and `block_size` where `encoding` needs them.
void stateAxis(Node& node, const Encoding& encoding);

/// Scale and zero-point as ONNX operands: rank 0 for one, rank 1 for channels, in groups as groupedShape() of `values`; the
/// zero-point in the grid's container.
Tensor scaleOperand(const Encoding& encoding, const Shape& values = {});
Tensor zeroPointOperand(const Encoding& encoding, const Shape& values = {});

} // namespace lathe
