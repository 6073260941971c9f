// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/ops/op.h"

namespace lathe {

/// Which scale belongs to which element of QuantizeLinear and DequantizeLinear: one for all, one an index of `axis`, or one
/// a block of `block_size` elements along `axis` (opset 21).
class GridLayout {
public:
    /// Throws Error{operatorInput} when the scale's shape does not fit.
    GridLayout(const Node& node, const Shape& data, const Shape& scale);

    /// Index into scale and zero-point for flat element `i`.
    std::size_t at(std::int64_t i) const
    {
        if (m_single)
            return 0;
        const std::int64_t along = i / m_inner % m_length;
        if (m_block == 0)
            return static_cast<std::size_t>(along);
        return static_cast<std::size_t>((i / (m_inner * m_length) * m_blocks + along / m_block) * m_inner + i % m_inner);
    }

private:
    bool m_single = false;
    std::int64_t m_inner = 1;   ///< elements behind the axis
    std::int64_t m_length = 1;  ///< of the axis
    std::int64_t m_block = 0;   ///< 0: not blocked
    std::int64_t m_blocks = 0;
};

/// The zero-points as integers; zeros when omitted. Throws Error{operatorInput} unless there is one for each scale.
std::vector<std::int32_t> zeroPoints(const RunContext& context, std::size_t operand, std::int64_t count);

}
