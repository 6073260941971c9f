// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"

namespace lathe {

/// The bytes of a gzip file. Throws Error{datasetInvalid} for damage and Error{tooLarge} beyond `maxBytes`.
Bytes gunzip(std::span<const std::byte> bytes, std::string_view where,
             std::size_t maxBytes = std::size_t{1} << 31);
/// The members of a zip file in their order (.npz). Same errors.
std::vector<std::pair<std::string, Bytes>> unzip(std::span<const std::byte> bytes, std::string_view where,
                                                 std::size_t maxBytes = std::size_t{1} << 31);

} // namespace lathe
