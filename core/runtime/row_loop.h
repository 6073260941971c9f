// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/base/function_ref.h"
#include "core/runtime/layout.h"
#include "core/runtime/simd.h"

namespace lathe {

/// Rows of an element-wise result of two operands; a step along a row is 0 (one number for all), 1, or anything else.
template <typename T, typename Out = T> struct BinaryRowsOf {
    const T* left = nullptr;
    const T* right = nullptr;
    Out* out = nullptr;
    std::int64_t rows = 1, count = 1;
    std::int64_t leftRow = 0, rightRow = 0, leftStep = 0, rightStep = 0;
};
using BinaryRows = BinaryRowsOf<float>;

template <typename Element> struct BinaryRowLoop {
    template <typename T, typename Out>
    LATHE_INLINE static std::int64_t run(BinaryRowsOf<T, Out> r, Element element)
    {
        std::int64_t total = 0;
        for (std::int64_t row = 0; row < r.rows; ++row, r.left += r.leftRow, r.right += r.rightRow, r.out += r.count) {
            std::int32_t clipped = 0;
            if (r.leftStep == 1 && r.rightStep == 1) {
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    r.out[i] = element(r.left[i], r.right[i], clipped);
            } else if (r.leftStep == 1 && r.rightStep == 0) {
                const T b = *r.right;
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    r.out[i] = element(r.left[i], b, clipped);
            } else if (r.leftStep == 0 && r.rightStep == 1) {
                const T a = *r.left;
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    r.out[i] = element(a, r.right[i], clipped);
            } else {
                for (std::int64_t i = 0; i < r.count; ++i)
                    r.out[i] = element(r.left[i * r.leftStep], r.right[i * r.rightStep], clipped);
            }
            total += clipped;
        }
        return total;
    }
};

/// out = element(left, right, clipped) of every row; returns the sum of what element added to its last argument.
template <typename T, typename Out, typename Element>
std::int64_t runRows(const BinaryRowsOf<T, Out>& rows, Element element)
{
    return simdCall<BinaryRowLoop<Element>>(rows, element);
}

/// How an element-wise operator with broadcasting walks through memory.
class BinaryAxes
{
public:
    BinaryAxes(const Shape& output, Layout layout, const Shape& left, Layout leftLayout, const Shape& right,
               Layout rightLayout);

    /// Calls work(rows) for parts of the result, on OpenMP's threads.
    template <typename T, typename Out>
    void run(const T* left, const T* right, Out* out,
             std::type_identity_t<FunctionRef<void(const BinaryRowsOf<T, Out>&)>> work) const;

private:
    struct Axis {
        std::int64_t size, left, right;
    };

    template <typename T, typename Out> BinaryRowsOf<T, Out> rowsOf() const
    {
        return {nullptr,        nullptr,         nullptr,         m_rows.rows,    m_rows.count,
                m_rows.leftRow, m_rows.rightRow, m_rows.leftStep, m_rows.rightStep};
    }

    BinaryRows m_rows;             ///< addresses unset
    std::vector<Axis> m_outer;     ///< outermost first
    std::int64_t m_blocks = 1;
};

}
