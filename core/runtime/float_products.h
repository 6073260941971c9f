// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/ops/reverse.h"

namespace lathe {

/// Conv in up to two spatial dimensions, Gemm and MatMul of float32, and their reverses, by oneDNN's matrix
/// product: for many evaluations of one node with other weights each time, which a Program would have to pack
/// anew. Checked against the plain forms in ops/. The bits depend on the number of OpenMP threads: call them
/// with one.

/// The node's outputs; nothing where there is no fast form.
std::optional<std::vector<Tensor>> runProduct(const Node& node, std::span<const Tensor> inputs);
/// As Reverse::vjp; nothing where there is no fast form.
std::optional<std::vector<Tensor>> reverseProduct(const ReverseContext& context);

/// The fast form, or the operator's plain one. Throws Error{unsupportedOperator, operatorInput}.
std::vector<Tensor> runFloatNode(const Node& node, std::span<const Tensor> inputs, int opset,
                                 const Control& control);
/// The same of the reverse, which must be there.
std::vector<Tensor> reverseFloatNode(const ReverseContext& context);

}
