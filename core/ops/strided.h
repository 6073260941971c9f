// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Operators that only move elements work on storage of 1, 2, 4 or 8 bytes, whatever it means.

/// A tensor of `shape` whose element at an index is input[offset + sum of index * strides]. Negative and zero strides
/// are allowed; every such position must lie inside the input. Strings move too.
Tensor stridedCopy(const Tensor& input, const Shape& shape, const std::vector<std::int64_t>& strides,
                   std::int64_t offset = 0);

/// A tensor of `shape` whose element i is input[source(i)].
Tensor gatherElements(const Tensor& input, const Shape& shape, const std::function<std::int64_t(std::int64_t)>& source);

/// Copies `count` elements from input[from...] to output[to...]; both have the same element type.
void copyElements(const Tensor& input, std::int64_t from, Tensor& output, std::int64_t to, std::int64_t count);

/// Axes reordered: axis i of the result is axis perm[i] of the input.
Tensor transposed(const Tensor& input, const std::vector<int>& perm);

/// A tensor filled with one value; `value` has one element.
Tensor filled(const Shape& shape, const Tensor& value);

}
