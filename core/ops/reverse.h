// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// What a reverse gets: one evaluation of the node, and the gradient of some number at its outputs.
struct ReverseContext
{
    const Node& node;
    std::span<const Tensor> inputs;  ///< as the node read them (empty() where omitted), float32 or float64
    std::span<const Tensor> outputs; ///< as it wrote them
    std::span<const Tensor>
        gradients; ///< at the outputs, in their shape and type; empty() where nothing depends on one
    std::span<const char> wanted; ///< by input: whether its gradient is asked for
    int opset;
    const Control& control;

    const Tensor& input(std::size_t index) const; ///< an empty tensor beyond the end
    bool wants(std::size_t index) const;          ///< false for omitted operands
    [[noreturn]] void fail(std::string_view reason) const;
};

/// The reverse of an operator: the vector-Jacobian product of reverse-mode differentiation (Griewank and
/// Walther, "Evaluating Derivatives", 2008). The plain form, sums in double.
struct Reverse
{
    std::string id; ///< of the operator
    /// The gradients at the inputs, one an input; empty() for those that are not wanted. Only called with a
    /// gradient at one of the outputs. Where the function has a kink, the derivative from one side. Throws
    /// Error{operatorInput}.
    std::vector<Tensor> (*vjp)(const ReverseContext&) = nullptr;
    /// Operands that a gradient can reach, the first ones; others (axes, bounds, shapes) count as constants.
    int operands = 1;
    /// Whether it is the reverse of this node too; null: of every node of the operator.
    bool (*suits)(const Node&) = nullptr;
};

/// The reverses that are known. One .cpp in core/ops a family; registered in reverses.def.
const Table<Reverse>& reverses();
/// The reverse of a node, or null when it has none.
const Reverse* findReverse(const Node& node);

} // namespace lathe
