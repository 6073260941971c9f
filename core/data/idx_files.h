// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/fs.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// An IDX file of unsigned bytes (the format of MNIST), plain or gzip. Throws Error{datasetInvalid}.
Tensor readIdx(std::span<const std::byte> file, const std::string& where);

} // namespace lathe
