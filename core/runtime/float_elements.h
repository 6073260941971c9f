// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/ops/reverse.h"

namespace lathe {

/// Relu, Clip between constants, Add of equal shapes and GlobalAveragePool of float32, and their reverses, in
/// vectorized loops: what stands between the products of most networks. Checked against the plain forms in
/// ops/.

/// The node's outputs; nothing where there is no fast form.
std::optional<std::vector<Tensor>> runElements(const Node& node, std::span<const Tensor> inputs);
/// As Reverse::vjp; nothing where there is no fast form.
std::optional<std::vector<Tensor>> reverseElements(const ReverseContext& context);

}
