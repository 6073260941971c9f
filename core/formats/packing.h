// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// Bytes that `elements` of `bits` bits take when packed over the whole flattened tensor (the last byte is padded).
std::size_t packedSize(std::int64_t elements, int bits);

/// The elements as a file stores them: little-endian, row-major; 2- and 4-bit types packed, first element in the low bits
/// (ONNX IR specification, "int4" page). Other types are a copy of their bytes.
Bytes packElements(const Tensor& tensor);

/// packElements() undone for a 2- or 4-bit type; `bytes` must hold packedSize() bytes. Throws Error{shapeMismatch}.
Tensor unpackElements(DType type, const Shape& shape, std::span<const std::byte> bytes);

}  // namespace lathe
