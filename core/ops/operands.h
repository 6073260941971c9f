// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Operands of a reference implementation, checked. All throw Error{operatorInput}.

/// An operand that must be there.
const Tensor& givenOperand(const RunContext& context, std::size_t index);
/// An operand of exactly this rank.
const Tensor& rankedOperand(const RunContext& context, std::size_t index, int rank);
/// All elements of an operand of whole numbers.
std::vector<std::int64_t> integersOperand(const RunContext& context, std::size_t index);
/// The one element of an operand; `fallback` when it is omitted.
std::int64_t integerOperand(const RunContext& context, std::size_t index, std::int64_t fallback);
double realOperand(const RunContext& context, std::size_t index, double fallback);

/// The one integer of an operand of shape inference, or nothing when it is not known or omitted.
std::optional<std::int64_t> knownInteger(const InferContext& context, std::size_t index);

}
