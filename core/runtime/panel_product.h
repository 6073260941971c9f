// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace lathe {

/// A constant matrix [depth, columns] in panels of 64 columns, for products with few rows. Every sum is formed in order of
/// depth, so that the bits do not depend on threads or on how many rows there are; fused multiply-adds where the
/// processor has them.
class PanelMatrix
{
public:
    PanelMatrix() = default;
    /// From [columns, depth], row-major, as recurrent layers hold their matrices.
    PanelMatrix(const float* transposed, std::int64_t columns, std::int64_t depth);

    /// out[row] (+)= rows[row] * matrix. Rows of `out` are paddedColumns() numbers, all written.
    void multiply(const float* rows, std::int64_t rowStride, std::int64_t count, float* out, std::int64_t outStride) const;

    static std::int64_t padded(std::int64_t columns) { return (columns + kWidth - 1) / kWidth * kWidth; }
    std::int64_t paddedColumns() const { return m_panels * kWidth; }

private:
    static constexpr std::int64_t kWidth = 64;

    std::int64_t m_panels = 0, m_depth = 0;
    std::vector<float> m_values;   ///< [panel, depth, 64]
};

}
