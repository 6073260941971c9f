// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Dimensions, kernel sizes, pads and the like beyond this are refused, so that their sums and products of two stay
/// within 64 bits.
constexpr std::int64_t maxDimension = std::int64_t{1} << 31;

/// What is known when only the type is: no shape.
ValueInfo typeOnly(DType type);
ValueInfo typed(DType type, Shape shape);

/// One output with type and shape of the first input.
std::vector<ValueInfo> inferSame(const InferContext& context);
/// One output with the first input's type and the broadcast shape of all inputs.
std::vector<ValueInfo> inferBroadcast(const InferContext& context);
/// As inferBroadcast with boolean elements.
std::vector<ValueInfo> inferBroadcastBoolean(const InferContext& context);

/// The broadcast shape of inputs [first, last), or nothing when the rank of one is unknown.
std::optional<Shape> broadcastInputs(const InferContext& context, std::size_t first, std::size_t last);

/// `axis` counted from the end when negative. Throws Error{operatorInput} outside [-rank, rank).
int axisOf(const Node& node, std::int64_t axis, int rank);
/// As axisOf for each axis; throws for one named twice.
std::vector<int> axesOf(const Node& node, std::span<const std::int64_t> axes, int rank);

/// An integer attribute within [low, high]. Throws Error{operatorInput}.
std::int64_t boundedInteger(const Node& node, std::string_view key, std::int64_t fallback, std::int64_t low,
                            std::int64_t high);
/// The integers of an attribute, each within [low, high]; `count` copies of `fallback` when absent. Throws
/// Error{operatorInput} for another length.
std::vector<std::int64_t> boundedIntegers(const Node& node, std::string_view key, std::size_t count,
                                          std::int64_t fallback, std::int64_t low, std::int64_t high);

/// The axes of a node that has them as input `operand` (newer opsets) or attribute "axes"; nothing when the operand is
/// not constant. Empty when absent.
std::optional<std::vector<std::int64_t>> knownAxes(const InferContext& context, std::size_t operand);
/// As knownAxes at run time.
std::vector<std::int64_t> runAxes(const RunContext& context, std::size_t operand);

/// Which axes a reduction takes away, given the node's list: none named means all, unless noop_with_empty_axes.
std::vector<bool> reducedAxes(const Node& node, std::span<const std::int64_t> axes, int rank);

/// Number of elements of a 1-D operand when known.
std::optional<std::int64_t> knownLength(const ValueInfo& info);

/// The product, or 0 (unknown) on overflow or for a negative factor.
std::int64_t productOrZero(std::span<const std::int64_t> factors);

}
