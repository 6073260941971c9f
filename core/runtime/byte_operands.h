// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/numeric/qdq.h"
#include "core/runtime/code_formulas.h"
#include "core/runtime/kernel.h"

namespace lathe {

/// The grid that a QLinear node states by the constant scale and zero-point operands at `scale` and behind
/// it; nothing for other types than uint8. The range is that of the node's attributes for its result, else
/// all codes.
inline std::optional<ByteGrid> byteGridAt(const StepRequest& request, std::size_t scale, bool isResult)
{
    const Tensor* s = request.graph.constant(request.node.input(scale));
    const Tensor* z = request.graph.constant(request.node.input(scale + 1));
    if (!s || !z || s->elements() != 1 || z->elements() != 1 || z->dtype() != DType::uint8 ||
        s->dtype() != DType::float32)
        return std::nullopt;
    const auto zero = static_cast<float>(z->at(0));
    const auto low = isResult ? request.node.integer(minimumCodeAttribute, 0) : 0;
    const auto high = isResult ? request.node.integer(maximumCodeAttribute, 255) : 255;
    return ByteGrid{static_cast<float>(s->at(0)), zero, static_cast<float>(low) - zero,
                    static_cast<float>(high) - zero};
}

}
