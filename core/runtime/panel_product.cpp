// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/panel_product.h"

#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// Sixteen numbers: one register of AVX-512, or several smaller ones.
using Lanes = float __attribute__((vector_size(64)));
using LanesInMemory = float __attribute__((vector_size(64), aligned(4), may_alias));
constexpr int kLanes = 16, kVectors = 4;

/// Adds to Rows rows of one panel, Vectors vectors of its columns at a time: as many as the registers hold. The vectors
/// are read one by one, since GCC keeps an array that is copied as a whole in memory.
template <int Rows, int Vectors>
struct PanelLoop
{
    LATHE_INLINE static void run(const float* rows, std::int64_t rowStride, const float* panel, std::int64_t depth,
                                 float* out, std::int64_t outStride)
    {
        for (int v = 0; v < kVectors; v += Vectors)
            addColumns(rows, rowStride, panel + v * kLanes, depth, out + v * kLanes, outStride);
    }

private:
    LATHE_INLINE static void addColumns(const float* rows, std::int64_t rowStride, const float* panel,
                                        std::int64_t depth, float* out, std::int64_t outStride)
    {
        Lanes sums[Rows][Vectors];
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                sums[r][v] = *reinterpret_cast<const LanesInMemory*>(out + r * outStride + v * kLanes);
        for (std::int64_t k = 0; k < depth; ++k, panel += kVectors * kLanes) {
            Lanes weights[Vectors];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                weights[v] = *reinterpret_cast<const LanesInMemory*>(panel + v * kLanes);
#pragma GCC unroll 4
            for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
                for (int v = 0; v < Vectors; ++v)
                    sums[r][v] += weights[v] * rows[r * rowStride + k];
        }
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                *reinterpret_cast<LanesInMemory*>(out + r * outStride + v * kLanes) = sums[r][v];
    }
};

/// Sixteen registers of AVX2 hold four vectors of sums, the thirty-two of AVX-512 sixteen.
template <int Rows>
void addRows(const float* rows, std::int64_t rowStride, const float* panel, std::int64_t depth, float* out,
             std::int64_t outStride)
{
    if (simdLevel() == SimdLevel::avx512)
        simdCall<PanelLoop<Rows, kVectors>>(rows, rowStride, panel, depth, out, outStride);
    else
        simdCall<PanelLoop<Rows, kVectors / Rows>>(rows, rowStride, panel, depth, out, outStride);
}

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
        float* columns = out + panel * kWidth;
        std::int64_t r = 0;
        for (; r + 4 <= count; r += 4)
            addRows<4>(rows + r * rowStride, rowStride, values, m_depth, columns + r * outStride, outStride);
        for (; r + 2 <= count; r += 2)
            addRows<2>(rows + r * rowStride, rowStride, values, m_depth, columns + r * outStride, outStride);
        if (r < count)
            addRows<1>(rows + r * rowStride, rowStride, values, m_depth, columns + r * outStride, outStride);
    }
}

}
