// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace lathe {

/// Deals out sample indices in batches, all of them once before any comes again, each time in another order
/// that the seed decides.
class SampleOrder
{
public:
    SampleOrder(std::int64_t samples, std::uint64_t seed);

    /// At most `count` indices; fewer at the end of a round.
    std::vector<std::int64_t> next(std::int64_t count);

private:
    void shuffle();

    std::mt19937_64 m_generator;
    std::vector<std::int64_t> m_order;
    std::size_t m_at = 0;
};

} // namespace lathe
