// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/tensor/dtype.h"

namespace lathe {

/// The element type of a TensorProto.DataType number (attribute "to" of Cast and the like); undefined for types that are
/// not known here.
DType dtypeFromOnnx(std::int64_t number);

}
