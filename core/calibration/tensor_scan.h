// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/function_ref.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// Moments of the values. Sums run in eight lanes whose order is fixed, so that every instruction set gives
/// the same bits.
Moments scanMoments(std::span<const float> values);

/// Called every now and then with the number of values that have been read, while the last of them are in the cache.
using Scanned = FunctionRef<void(std::size_t end)>;

/// Moments of every channel of one sample: `outer` times `channels` runs of `inner` neighbours.
void scanChannels(std::span<const float> values, std::int64_t outer, std::int64_t channels,
                  std::int64_t inner, std::vector<Moments>& result, Scanned scanned);

} // namespace lathe
