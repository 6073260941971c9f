// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/row_loop.h"

#include <algorithm>

#include "core/runtime/kernel.h"

namespace lathe {

namespace {

/// Elements that make a part worth a thread.
constexpr std::int64_t kGrain = 1 << 14;

/// Strides of an operand along the logical axes of the output; 0 where it repeats.
std::vector<std::int64_t> operandStrides(const Shape& shape, Layout layout, int outputRank)
{
    std::vector<std::int64_t> strides = stridesOf(shape, layout);
    for (int axis = 0; axis < shape.rank(); ++axis)
        if (shape[axis] == 1)
            strides[static_cast<std::size_t>(axis)] = 0;
    strides.insert(strides.begin(), static_cast<std::size_t>(outputRank - shape.rank()), 0);
    return strides;
}

}

BinaryAxes::BinaryAxes(const Shape& output, Layout layout, const Shape& left, Layout leftLayout, const Shape& right,
                       Layout rightLayout)
{
    const auto leftStrides = operandStrides(left, leftLayout, output.rank());
    const auto rightStrides = operandStrides(right, rightLayout, output.rank());
    std::vector<Axis>& axes = m_outer;
    for (const int logical : memoryOrder(output.rank(), layout)) {
        const auto i = static_cast<std::size_t>(logical);
        const Axis axis{output[logical], leftStrides[i], rightStrides[i]};
        if (axis.size == 1)
            continue;
        // Neighbours merge where both operands go on evenly.
        if (!axes.empty() && axes.back().left == axis.left * axis.size && axes.back().right == axis.right * axis.size)
            axes.back() = {axes.back().size * axis.size, axis.left, axis.right};
        else
            axes.push_back(axis);
    }
    const auto take = [&axes] {
        const Axis axis = axes.empty() ? Axis{1, 0, 0} : axes.back();
        if (!axes.empty())
            axes.pop_back();
        return axis;
    };
    const Axis column = take(), row = take();
    m_rows.rows = row.size;
    m_rows.count = column.size;
    m_rows.leftRow = row.left;
    m_rows.rightRow = row.right;
    m_rows.leftStep = column.left;
    m_rows.rightStep = column.right;
    for (const Axis& axis : m_outer)
        m_blocks *= axis.size;
}

template <typename T, typename Out>
void BinaryAxes::run(const T* left, const T* right, Out* out,
                     std::type_identity_t<FunctionRef<void(const BinaryRowsOf<T, Out>&)>> work) const
{
    if (m_blocks == 1) {
        // Threads share the rows, or the only row.
        const bool single = m_rows.rows == 1;
        const std::int64_t length = single ? m_rows.count : m_rows.rows;
        const std::int64_t grain = single ? kGrain : kGrain / m_rows.count + 1;
        parallelRanges(length, grain, [&](std::int64_t begin, std::int64_t end) {
            BinaryRowsOf<T, Out> part = rowsOf<T, Out>();
            (single ? part.count : part.rows) = end - begin;
            part.left = left + begin * (single ? part.leftStep : part.leftRow);
            part.right = right + begin * (single ? part.rightStep : part.rightRow);
            part.out = out + begin * (single ? 1 : m_rows.count);
            work(part);
        });
        return;
    }
    const std::int64_t blockElements = m_rows.rows * m_rows.count;
    parallelRanges(m_blocks, kGrain / blockElements + 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t block = begin; block < end; ++block) {
            BinaryRowsOf<T, Out> part = rowsOf<T, Out>();
            part.left = left;
            part.right = right;
            part.out = out + block * blockElements;
            std::int64_t rest = block;
            for (auto axis = m_outer.rbegin(); axis != m_outer.rend(); ++axis) {
                part.left += rest % axis->size * axis->left;
                part.right += rest % axis->size * axis->right;
                rest /= axis->size;
            }
            work(part);
        }
    });
}

#define LATHE_BINARY_AXES(T, Out)                                                                            \
    template void BinaryAxes::run<T, Out>(const T*, const T*, Out*, FunctionRef<void(const BinaryRowsOf<T, Out>&)>) const;
LATHE_BINARY_AXES(float, float)
LATHE_BINARY_AXES(std::uint8_t, std::uint8_t)
LATHE_BINARY_AXES(float, std::uint8_t)
LATHE_BINARY_AXES(std::int32_t, std::uint8_t)
LATHE_BINARY_AXES(std::int64_t, std::uint8_t)
#undef LATHE_BINARY_AXES

}
