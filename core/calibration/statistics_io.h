// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "core/base/fs.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// Compact binary form for project files: versioned, little-endian, occupied histogram bins only. Equal
/// statistics give equal bytes.
Bytes writeStatistics(const Statistics& statistics);
/// Reads it back. The bytes are not trusted: every count is bounded by what follows, indices are checked.
/// Throws Error{projectInvalid} with the reason, naming `where`, and Error{projectNewer} for a later version.
Statistics readStatistics(std::span<const std::byte> bytes, std::string_view where);

} // namespace lathe
