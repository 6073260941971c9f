// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Strides of `operand` along the axes of `result`: 0 along the axes that it is repeated on (numpy broadcasting).
std::vector<std::int64_t> broadcastStrides(const Shape& operand, const Shape& result);

/// The shape all operands broadcast to. Throws Error{operatorInput} naming the node.
Shape broadcastShapes(const Node& node, std::span<const Shape> shapes);

/// Calls fn(i, offsets) for each element i of `shape` in row-major order; offsets[n] is the sum of index times strides[n].
template <std::size_t N, typename Fn>
void forEachStrided(const Shape& shape, const std::array<std::vector<std::int64_t>, N>& strides, Fn&& fn)
{
    const std::int64_t count = shape.elements();
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()), 0);
    std::array<std::int64_t, N> offsets{};
    for (std::int64_t i = 0; i < count; ++i) {
        fn(i, offsets);
        for (int axis = shape.rank() - 1; axis >= 0; --axis) {
            const auto at = static_cast<std::size_t>(axis);
            for (std::size_t n = 0; n < N; ++n)
                offsets[n] += strides[n][at];
            if (++index[at] < shape[axis])
                break;
            for (std::size_t n = 0; n < N; ++n)
                offsets[n] -= strides[n][at] * shape[axis];
            index[at] = 0;
        }
    }
}

/// Element-wise function of two operands of type In under broadcasting.
template <typename In, typename Out, typename Fn>
Tensor mapPairs(const Node& node, const Tensor& a, const Tensor& b, DType outType, Fn&& fn)
{
    if (a.dtype() != b.dtype())
        failOperator(node, "the operands' element types differ");
    const std::array shapes{a.shape(), b.shape()};
    Tensor out(outType, broadcastShapes(node, shapes));
    const auto left = a.data<In>();
    const auto right = b.data<In>();
    const auto result = out.mutableData<Out>();
    const std::array strides{broadcastStrides(a.shape(), out.shape()), broadcastStrides(b.shape(), out.shape())};
    forEachStrided(out.shape(), strides, [&](std::int64_t i, const auto& offsets) {
        result[static_cast<std::size_t>(i)] =
            fn(left[static_cast<std::size_t>(offsets[0])], right[static_cast<std::size_t>(offsets[1])]);
    });
    return out;
}

}
