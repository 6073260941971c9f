// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/panel_product.h"

#include <cstring>

#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// Sixteen numbers: one register of AVX-512, or several smaller ones.
using Lanes = float __attribute__((vector_size(64)));
constexpr int kVectors = 4;

/// Adds to Rows rows of one panel.
template <int Rows> struct PanelLoop {
    LATHE_INLINE static void run(const float* rows, std::int64_t rowStride, const float* panel, std::int64_t depth, float* out,
                                 std::int64_t outStride)
    {
        Lanes sums[Rows][kVectors];
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
            std::memcpy(sums[r], out + r * outStride, sizeof(sums[r]));
        for (std::int64_t k = 0; k < depth; ++k) {
            Lanes weights[kVectors];
            std::memcpy(weights, panel + k * kVectors * 16, sizeof(weights));
#pragma GCC unroll 4
            for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
                for (int v = 0; v < kVectors; ++v)
                    sums[r][v] += weights[v] * rows[r * rowStride + k];
        }
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
            std::memcpy(out + r * outStride, sums[r], sizeof(sums[r]));
    }
};

}

PanelMatrix::PanelMatrix(const float* transposed, std::int64_t columns, std::int64_t depth)
    : m_panels((columns + kWidth - 1) / kWidth)
    , m_depth(depth)
    , m_values(static_cast<std::size_t>(m_panels * kWidth * depth), 0.0f)
{
    for (std::int64_t c = 0; c < columns; ++c)
        for (std::int64_t k = 0; k < depth; ++k)
            m_values[static_cast<std::size_t>((c / kWidth * depth + k) * kWidth + c % kWidth)] = transposed[c * depth + k];
}

void PanelMatrix::multiply(const float* rows, std::int64_t rowStride, std::int64_t count, float* out, std::int64_t outStride) const
{
    for (std::int64_t panel = 0; panel < m_panels; ++panel) {
        const float* values = m_values.data() + panel * m_depth * kWidth;
        std::int64_t r = 0;
        for (; r + 4 <= count; r += 4)
            simdCall<PanelLoop<4>>(rows + r * rowStride, rowStride, values, m_depth, out + r * outStride + panel * kWidth, outStride);
        for (; r < count; ++r)
            simdCall<PanelLoop<1>>(rows + r * rowStride, rowStride, values, m_depth, out + r * outStride + panel * kWidth, outStride);
    }
}

}
