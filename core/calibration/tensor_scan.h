// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/base/function_ref.h"
#include "core/calibration/channel_moments.h"
#include "core/calibration/count_queue.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// Called when values[begin, end) have been read for the sums, for each value once, while they are in the
/// cache. What it leaves in `queue` is made beside the sums of what is read next, in this scan or another one
/// with the same queue.
using BehindScan = FunctionRef<void(std::size_t begin, std::size_t end, CountQueue& queue)>;

/// Moments of the values. Sums run in eight lanes whose order is fixed, so that every instruction set gives
/// the same bits.
Moments scanMoments(std::span<const float> values);
Moments scanMoments(std::span<const float> values, BehindScan behind, CountQueue& queue);

/// Moments of every channel of one sample: `outer` times `channels` runs of `inner` neighbours. Returns those
/// of all values.
Moments scanChannels(std::span<const float> values, std::int64_t outer, std::int64_t channels,
                     std::int64_t inner, ChannelMoments& result, BehindScan behind, CountQueue& queue);

} // namespace lathe
