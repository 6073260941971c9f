// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/channel_moments.h"

#include <utility>

namespace lathe {

void ChannelMoments::clear()
{
    m_groups.clear();
    m_single.clear();
    m_count = 0;
}

std::vector<LaneSums>& ChannelMoments::startGroups(std::size_t groups, std::int64_t count)
{
    m_single.clear();
    m_groups.resize(groups);
    m_count = count;
    return m_groups;
}

std::vector<Moments>& ChannelMoments::startSingle(std::size_t channels)
{
    clear();
    m_single.resize(channels);
    return m_single;
}

bool ChannelMoments::merge(const ChannelMoments& later)
{
    if (empty()) {
        *this = later;
        return true;
    }
    if (size() != later.size())
        return false;
    if (m_groups.empty() || later.m_groups.empty()) {
        makeSingle();
        const std::vector<Moments> others = later.all();
        for (std::size_t c = 0; c < others.size(); ++c)
            m_single[c].merge(others[c]);
        return true;
    }
    mergeEach(later.m_groups.data(), m_groups.size(), m_groups.data());
    m_count += later.m_count;
    return true;
}

std::vector<Moments> ChannelMoments::all() const
{
    if (m_groups.empty())
        return m_single;
    std::vector<Moments> result;
    result.reserve(size());
    for (const LaneSums& group : m_groups)
        for (std::int64_t lane = 0; lane < lanes; ++lane)
            result.push_back(momentsOfLane(group, lane, m_count));
    return result;
}

void ChannelMoments::makeSingle()
{
    std::vector<Moments> single = all();
    clear();
    m_single = std::move(single);
}

Moments momentsOfLane(const LaneSums& sums, std::int64_t lane, std::int64_t count)
{
    return {.count = count,
            .sum = sums.first[lane],
            .sumSquares = sums.second[lane],
            .minimum = sums.minimum[lane],
            .maximum = sums.maximum[lane]};
}

} // namespace lathe
