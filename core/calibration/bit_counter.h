// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/calibration/statistics.h"

namespace lathe {

/// Which elements histograms count.
struct HistogramSampling
{
    int share = 1;          ///< about one element of so many; 1: every element
    std::uint64_t seed = 0;

    /// The same rule for one tensor of one sample: what is left out is independent between them.
    HistogramSampling of(std::int64_t sample, std::size_t tensor) const;
};

/// Counts the float bit patterns of one tensor over many samples, without locks: one a worker.
class BitCounter
{
public:
    void count(std::span<const float> values);
    /// Counts one block of neighbours out of `sampling.share` blocks, chosen by the seed, among values[from, end). Returns
    /// where the next call has to begin: blocks that reach beyond `end` wait, until `end` is that of all values.
    std::size_t count(std::span<const float> values, std::size_t from, std::size_t end, const HistogramSampling& sampling);
    /// True when counters might overflow with as many values more.
    bool full(std::size_t more) const;
    void emptyInto(BitHistogram& histogram);

private:
    std::vector<std::uint32_t> m_counts;   ///< by bit pattern; empty until the first value
    std::uint64_t m_total = 0;
};

} // namespace lathe
