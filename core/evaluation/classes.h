// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/tensor/tensor.h"

namespace lathe {

/// Index of the largest element; the first one on ties; NaN never wins. -1 for an empty tensor.
std::int64_t largestIndex(const Tensor& scores);
/// How many elements stand before element `index` when sorted from the largest (ties in index order); the
/// number of elements when `index` is outside.
std::int64_t rankOf(const Tensor& scores, std::int64_t index);

} // namespace lathe
