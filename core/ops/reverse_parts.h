// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <vector>

#include "core/ops/reverse.h"

namespace lathe {

/// Parts that reverses share.

/// The elements as doubles; all zero for an omitted tensor where `count` says how many there would be.
std::vector<double> realsOf(const Tensor& tensor, std::int64_t count = 0);
/// Doubles as a tensor like `like`.
Tensor tensorLike(const Tensor& like, const std::vector<double>& reals);
/// The gradients of the first operands as their tensors, one an input; empty() where none is wanted.
std::vector<Tensor> wantedOf(const ReverseContext& context,
                             std::initializer_list<const std::vector<double>*> all);
/// The gradient at the first output. Throws Error{operatorInput} where one is given at another output.
std::vector<double> onlyGradient(const ReverseContext& context);

}
