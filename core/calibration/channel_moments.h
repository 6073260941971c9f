// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/calibration/lane_sums.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// Moments of every channel: eight side by side, as scans of neighbouring channels make them, while all
/// values are finite.
class ChannelMoments
{
public:
    std::size_t size() const { return m_groups.empty() ? m_single.size() : m_groups.size() * lanes; }
    bool empty() const { return size() == 0; }
    void clear();

    /// Room for the sums of `groups` times eight channels, which the caller makes of `count` finite values
    /// each.
    std::vector<LaneSums>& startGroups(std::size_t groups, std::int64_t count);
    /// The same of channels one by one.
    std::vector<Moments>& startSingle(std::size_t channels);

    /// Adds those of a later sample, in this order. False, and nothing is done, where there is another number
    /// of channels.
    bool merge(const ChannelMoments& later);
    std::vector<Moments> all() const;

private:
    void makeSingle();

    std::vector<LaneSums> m_groups;
    std::int64_t m_count = 0;      ///< values of each channel of the groups
    std::vector<Moments> m_single; ///< where there are no groups
};

/// Moments of one of eight sequences of `count` finite values each.
Moments momentsOfLane(const LaneSums& sums, std::int64_t lane, std::int64_t count);

} // namespace lathe
