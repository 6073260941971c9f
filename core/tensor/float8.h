// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/tensor/dtype.h"

namespace lathe {

/// The value of an 8-bit float's bits. `format` is one of the float8 types.
float fromFloat8(std::uint8_t bits, DType format);

/// Rounds to nearest, ties to even. Beyond the largest number, infinity included: that number when saturating, else
/// infinity, or NaN where the format has none.
std::uint8_t toFloat8(double value, DType format, bool saturate);

}  // namespace lathe
