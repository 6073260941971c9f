// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/calibration/statistics.h"

namespace lathe {

/// Moments of the values. Sums run in eight lanes whose order is fixed, so that every instruction set gives
/// the same bits.
Moments scanMoments(std::span<const float> values);

/// Moments of every channel of one sample: `outer` times `channels` runs of `inner` neighbours.
void scanChannels(std::span<const float> values, std::int64_t outer, std::int64_t channels,
                  std::int64_t inner, std::vector<Moments>& result);

/// Counts float bit patterns quickly: several tables side by side, so that a run of equal values (the zeros
/// behind a Relu) does not wait for its own last increment. One a worker, emptied into a histogram after each
/// tensor.
class BitCounter
{
public:
    /// Below this many values BitHistogram::add is faster than emptying the tables.
    static constexpr std::size_t worthwhile = 4096;

    BitCounter();
    /// At most 2^31 values between two calls of emptyInto.
    void count(std::span<const float> values);
    void emptyInto(BitHistogram& histogram);

private:
    std::vector<std::uint32_t> m_tables;
};

} // namespace lathe
