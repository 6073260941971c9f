// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// What If, Loop and Scan share: graphs as attributes.

/// The body that the attribute holds, or null.
const Graph* findBody(const Node& node, std::string_view key);
/// As findBody(). Throws Error{operatorInput} when there is none.
const Graph& bodyOf(const Node& node, std::string_view key);
/// Runs a body. Throws Error{operatorInput} for another number of inputs or outputs, or where bodies cannot run.
std::vector<Tensor> runBody(const RunContext& context, const Graph& body, std::span<const Tensor> inputs,
                            std::size_t outputs);

/// What is known of a body's output.
ValueInfo outputInfo(const Graph& body, std::size_t index);
/// What holds for both: sizes that differ are not known.
ValueInfo commonInfo(const ValueInfo& a, const ValueInfo& b);
/// Type and shape without the content.
ValueInfo withoutContent(const ValueInfo& info);

/// The shape with another axis of `size` before `axis` (counted from the end of the result when negative).
std::optional<Shape> withAxis(const Node& node, const std::optional<Shape>& shape, std::int64_t axis, std::int64_t size);
/// The part of `tensor` at `index` of `axis`, without that axis.
Tensor partAt(const Tensor& tensor, int axis, std::int64_t index);
/// Tensors of one shape side by side along a new axis. Throws Error{operatorInput} where shapes or types differ.
Tensor stacked(const Node& node, const std::vector<Tensor>& parts, std::int64_t axis);
/// What stacked() gives for no parts at all: sizes that are not known are 0.
Tensor stackOfNothing(const Node& node, const ValueInfo& part, std::int64_t axis);

}
