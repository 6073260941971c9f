// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/broadcast.h"

namespace lathe {

/// Sizes of numpy's matmul: [batch..., M, K] x [batch..., K, N]. A 1-D operand counts as a row (left) or a column
/// (right) whose axis does not appear in the result.
struct MatMulGeometry {
    Shape batch;                             ///< broadcast leading axes
    std::int64_t m = 0, n = 0, k = 0;
    std::vector<std::int64_t> leftStrides;   ///< in matrices, along `batch`
    std::vector<std::int64_t> rightStrides;
    Shape output;
};

/// Throws Error{operatorInput}. Unknown dimensions stay unknown; strides are only meant for static shapes.
MatMulGeometry matMulGeometry(const Node& node, const Shape& left, const Shape& right);

/// Calls store(index, column, sum) for every element of the product, where sum is formed in Acc of
/// term(left index, right index, row, column).
template <typename Acc, typename Term, typename Store>
void multiplyMatrices(const MatMulGeometry& geometry, Term&& term, Store&& store, const Control& control)
{
    forEachStrided(geometry.batch, std::array{geometry.leftStrides, geometry.rightStrides},
                   [&](std::int64_t matrix, const auto& at) {
                       control.throwIfStopped();
                       const std::int64_t left = at[0] * geometry.m * geometry.k;
                       const std::int64_t right = at[1] * geometry.k * geometry.n;
                       for (std::int64_t i = 0; i < geometry.m; ++i)
                           for (std::int64_t j = 0; j < geometry.n; ++j) {
                               Acc sum{0};
                               for (std::int64_t k = 0; k < geometry.k; ++k)
                                   sum += term(static_cast<std::size_t>(left + i * geometry.k + k),
                                               static_cast<std::size_t>(right + k * geometry.n + j), i, j);
                               store((matrix * geometry.m + i) * geometry.n + j, j, sum);
                           }
                   });
}

}
