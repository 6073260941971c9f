// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/strided_copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "core/runtime/kernel.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// Deals out `ways` rows of `count` elements, `step` apart: element i of row w goes to place ways * i + w.
template <typename T, int ways>
struct Interleave
{
    LATHE_INLINE static void run(const T* __restrict source, std::int64_t step, T* __restrict target,
                                 std::int64_t count)
    {
        for (std::int64_t i = 0; i < count; ++i)
            for (int w = 0; w < ways; ++w)
                target[i * ways + w] = source[w * step + i];
    }
};

/// Does nothing and returns false for a number of rows that it has no loop for.
template <typename T>
bool interleave(std::int64_t ways, const T* source, std::int64_t step, T* target, std::int64_t count)
{
    switch (ways) {
    case 2:
        simdCall<Interleave<T, 2>>(source, step, target, count);
        return true;
    case 3:
        simdCall<Interleave<T, 3>>(source, step, target, count);
        return true;
    case 4:
        simdCall<Interleave<T, 4>>(source, step, target, count);
        return true;
    default:
        return false;
    }
}

using Quad = float __attribute__((vector_size(16)));

/// Element (r, c) goes from source + c * sourceStep + r to target + r * targetStep + c: squares of four by
/// four, in registers. `rows` and `columns` are multiples of four.
struct TransposeSquares
{
    LATHE_INLINE static void run(const float* source, std::int64_t sourceStep, float* target,
                                 std::int64_t targetStep, std::int64_t rows, std::int64_t columns)
    {
        for (std::int64_t r = 0; r < rows; r += 4)
            for (std::int64_t c = 0; c < columns; c += 4)
                square(source + c * sourceStep + r, sourceStep, target + r * targetStep + c, targetStep);
    }

private:
    LATHE_INLINE static Quad load(const float* from)
    {
        Quad four;
        std::memcpy(&four, from, sizeof four);
        return four;
    }

    LATHE_INLINE static void square(const float* source, std::int64_t sourceStep, float* target,
                                    std::int64_t targetStep)
    {
        const Quad a = load(source), b = load(source + sourceStep);
        const Quad c = load(source + 2 * sourceStep), d = load(source + 3 * sourceStep);
        const Quad lowAb = __builtin_shufflevector(a, b, 0, 4, 1, 5),
                   highAb = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        const Quad lowCd = __builtin_shufflevector(c, d, 0, 4, 1, 5),
                   highCd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        const Quad rows[] = {__builtin_shufflevector(lowAb, lowCd, 0, 1, 4, 5),
                             __builtin_shufflevector(lowAb, lowCd, 2, 3, 6, 7),
                             __builtin_shufflevector(highAb, highCd, 0, 1, 4, 5),
                             __builtin_shufflevector(highAb, highCd, 2, 3, 6, 7)};
        for (int r = 0; r < 4; ++r)
            std::memcpy(target + r * targetStep, &rows[r], sizeof rows[r]);
    }
};

template <typename T>
void copyRow(const T* source, std::int64_t sourceStep, T* target, std::int64_t targetStep, std::int64_t count)
{
    if (sourceStep == 1 && targetStep == 1) {
        std::memcpy(target, source, static_cast<std::size_t>(count) * sizeof(T));
    } else if (sourceStep == 0 && targetStep == 1) {
        std::fill_n(target, count, *source);
    } else {
        for (std::int64_t i = 0; i < count; ++i)
            target[i * targetStep] = source[i * sourceStep];
    }
}

}

StridedCopy::StridedCopy(std::vector<std::int64_t> dims, std::vector<std::int64_t> sourceStrides,
                         std::vector<std::int64_t> targetStrides)
{
    std::vector<Axis> axes;
    m_empty = false;
    for (std::size_t i = 0; i < dims.size(); ++i) {
        m_empty = m_empty || dims[i] == 0;
        if (dims[i] != 1)
            axes.push_back({dims[i], sourceStrides[i], targetStrides[i]});
    }
    std::stable_sort(axes.begin(), axes.end(),
                     [](const Axis& a, const Axis& b) { return std::abs(a.target) > std::abs(b.target); });
    std::vector<Axis> merged;
    for (const Axis& axis : axes) {
        if (!merged.empty() && merged.back().target == axis.target * axis.size &&
            merged.back().source == axis.source * axis.size)
            merged.back() = {merged.back().size * axis.size, axis.source, axis.target};
        else
            merged.push_back(axis);
    }
    if (!merged.empty()) {
        m_columns = merged.back();
        merged.pop_back();
    }
    if (!merged.empty()) {
        // Beside the axis that is contiguous in the target goes the one that is densest in the source, so
        // that a transposition runs over small tiles of both.
        const auto rows = std::min_element(merged.begin(), merged.end(), [](const Axis& a, const Axis& b) {
            const auto step = [](const Axis& axis) {
                return axis.source == 0 ? INT64_MAX : std::abs(axis.source);
            };
            return step(a) < step(b);
        });
        m_rows = *rows;
        merged.erase(rows);
        // Few columns (a colour image becoming channels-last): the long axis makes the better inner loop.
        if (m_columns.size < 8 && m_columns.source != 1 && m_rows.size > m_columns.size)
            std::swap(m_rows, m_columns);
    }
    m_outer = std::move(merged);
}

template <typename T>
void StridedCopy::runLevel(std::size_t level, const T* source, T* target) const
{
    if (level < m_outer.size()) {
        const Axis& axis = m_outer[level];
        for (std::int64_t i = 0; i < axis.size; ++i)
            runLevel(level + 1, source + i * axis.source, target + i * axis.target);
        return;
    }
    const bool dealsOut = m_rows.target == 1 && m_columns.source == 1 && m_columns.target == m_rows.size;
    if (dealsOut && interleave(m_rows.size, source, m_rows.source, target, m_columns.size))
        return;
    if (m_columns.source == 1 || m_rows.size == 1) {
        for (std::int64_t r = 0; r < m_rows.size; ++r)
            copyRow(source + r * m_rows.source, m_columns.source, target + r * m_rows.target,
                    m_columns.target, m_columns.size);
        return;
    }
    constexpr std::int64_t tile = 16;
    for (std::int64_t row = 0; row < m_rows.size; row += tile)
        for (std::int64_t column = 0; column < m_columns.size; column += tile)
            copyTile(source + row * m_rows.source + column * m_columns.source,
                     target + row * m_rows.target + column * m_columns.target,
                     std::min(tile, m_rows.size - row), std::min(tile, m_columns.size - column));
}

template <typename T>
void StridedCopy::copyTile(const T* source, T* target, std::int64_t rows, std::int64_t columns) const
{
    std::int64_t squareRows = 0, squareColumns = 0;
    if constexpr (std::is_same_v<T, float>)
        if (m_rows.source == 1 && m_columns.target == 1) {
            squareRows = rows / 4 * 4;
            squareColumns = columns / 4 * 4;
            simdCall<TransposeSquares>(source, m_columns.source, target, m_rows.target, squareRows,
                                       squareColumns);
        }
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t done = r < squareRows ? squareColumns : 0;
        copyRow(source + r * m_rows.source + done * m_columns.source, m_columns.source,
                target + r * m_rows.target + done * m_columns.target, m_columns.target, columns - done);
    }
}

template <typename T>
void StridedCopy::runTyped(const T* source, T* target) const
{
    std::int64_t elements = m_rows.size * m_columns.size;
    for (const Axis& axis : m_outer)
        elements *= axis.size;
    // Threads share the outermost axis.
    Axis StridedCopy::*const last =
        m_rows.size >= m_columns.size ? &StridedCopy::m_rows : &StridedCopy::m_columns;
    const Axis& shared = m_outer.empty() ? this->*last : m_outer.front();
    constexpr std::int64_t worthAThread = 1 << 15;
    if (elements < 2 * worthAThread || shared.size == 1)
        return runLevel(0, source, target);
    parallelRanges(
        shared.size, worthAThread * shared.size / elements + 1, [&](std::int64_t begin, std::int64_t end) {
            if (m_outer.empty()) {
                StridedCopy part = *this;
                (part.*last).size = end - begin;
                return part.runLevel(0, source + begin * shared.source, target + begin * shared.target);
            }
            for (std::int64_t i = begin; i < end; ++i)
                runLevel(1, source + i * shared.source, target + i * shared.target);
        });
}

void StridedCopy::run(const std::byte* source, std::byte* target, int elementSize) const
{
    if (m_empty)
        return;
    switch (elementSize) {
    case 1:
        return runTyped(reinterpret_cast<const std::uint8_t*>(source),
                        reinterpret_cast<std::uint8_t*>(target));
    case 2:
        return runTyped(reinterpret_cast<const std::uint16_t*>(source),
                        reinterpret_cast<std::uint16_t*>(target));
    case 4:
        return runTyped(reinterpret_cast<const float*>(source), reinterpret_cast<float*>(target));
    default:
        return runTyped(reinterpret_cast<const std::uint64_t*>(source),
                        reinterpret_cast<std::uint64_t*>(target));
    }
}

}
