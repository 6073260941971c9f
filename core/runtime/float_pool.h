// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/ops/reverse.h"

namespace lathe {

/// MaxPool over the rows and columns of float32, one output, and its reverse. Checked against the plain form
/// in ops/, with which it agrees to the last bit for numbers.

/// The node's output; nothing where there is no fast form.
std::optional<std::vector<Tensor>> runPool(const Node& node, std::span<const Tensor> inputs);
/// As Reverse::vjp; nothing where there is no fast form.
std::optional<std::vector<Tensor>> reversePool(const ReverseContext& context);

}
