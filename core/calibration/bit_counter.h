// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/calibration/count_queue.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// Which elements histograms count.
struct HistogramSampling
{
    static constexpr std::size_t block = 64; ///< neighbours that are counted or left out together

    int share = 1; ///< about one element of so many; 1: every element
    std::uint64_t seed = 0;

    /// Neighbours of which one block is counted.
    std::size_t stretch() const { return block * static_cast<std::size_t>(share > 1 ? share : 1); }
    /// The same rule for one tensor of one sample: what is left out is independent between them.
    HistogramSampling of(std::int64_t sample, std::size_t tensor) const;
};

/// Counts the float bit patterns of one tensor over many samples, without locks: one a worker.
class BitCounter
{
public:
    void count(std::span<const float> values);
    /// Leaves in `queue` the counts of what `sampling` chooses of values[begin, end): one block of neighbours
    /// of every stretch that begins there. A block may reach beyond `end`, so that parts, in any order, count
    /// like the whole.
    void choose(std::span<const float> values, std::size_t begin, std::size_t end,
                const HistogramSampling& sampling, CountQueue& queue);
    /// True when counters might overflow with as many values more.
    bool full(std::size_t more) const;
    void emptyInto(BitHistogram& histogram);

private:
    std::uint32_t* table();

    std::vector<std::uint32_t> m_counts; ///< by bit pattern, that of +0 left out; empty until the first value
    std::uint64_t m_zeros = 0; ///< apart: often half of all values, and each would wait for the one before
    std::uint64_t m_total = 0; ///< with the zeros
};

} // namespace lathe
