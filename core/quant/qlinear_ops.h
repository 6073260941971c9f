// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// Where an operand of a QLinear operator has its codes, scale and zero-point.
struct QLinearOperand
{
    std::size_t codes;
    std::size_t scale;
    std::size_t zeroPoint;
};

/// A QLinear operator as the float operator that it stands for.
struct QLinearForm
{
    std::string op;                       ///< "Conv"
    std::vector<QLinearOperand> operands; ///< in the float operator's order
    std::optional<std::size_t> bias;      ///< int32 at the product of the scales of the two operands
    std::size_t outputScale = 0;
    std::size_t outputZeroPoint = 0;
};

/// The form of a QLinear operator of ai.onnx or com.microsoft; nothing for other operators.
std::optional<QLinearForm> qlinearForm(const Node& node);

/// The channel axis of the constant operand `index` of a QLinear operator of that form, whose shape has
/// `rank` axes.
int qlinearAxis(const Node& node, const QLinearForm& form, std::size_t index, int rank);

} // namespace lathe
