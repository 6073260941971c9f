// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// NumPy .npy, versions 1 to 3, little-endian, C order (Fortran order is transposed), numeric and boolean types;
/// bfloat16, 8-bit floats and types below 8 bits are written as their 16- or 8-bit storage. Throws Error{npySyntax, tooLarge}.
Tensor readNpy(std::span<const std::byte> bytes, std::string_view where);
/// As readNpy; the data is a view of `file` when the layout allows it.
Tensor readNpy(std::shared_ptr<const FileBytes> file, std::string_view where);
Bytes writeNpy(const Tensor& tensor);

}  // namespace lathe
