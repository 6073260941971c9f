// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/calibration/count_queue.h"

namespace lathe {

inline constexpr std::int64_t lanes = 8;
// Vectors of the compiler: nothing here depends on an instruction set.
using Floats = float __attribute__((vector_size(4 * lanes)));
using Doubles = double __attribute__((vector_size(8 * lanes)));

/// Sums of eight sequences side by side. Aligned for every instruction set: the compiler asks for less where
/// it knows of none.
struct alignas(64) LaneSums
{
    Doubles first{};
    Doubles second{};
    Floats minimum = Floats{} + std::numeric_limits<float>::max();
    Floats maximum = Floats{} - std::numeric_limits<float>::max();

    /// A sum of floats cannot leave the range of double: only NaN and infinities do that.
    bool finite(std::int64_t lane) const { return std::isfinite(first[lane]); }
    bool finite() const
    {
        const Doubles nothing = first * 0.0; // or NaN
        double sum = 0;
        for (std::int64_t lane = 0; lane < lanes; ++lane)
            sum += nothing[lane];
        return sum == 0;
    }
};

/// Adds each of `count` to the one at the same place.
void mergeEach(const LaneSums* from, std::size_t count, LaneSums* to);
/// All of `count` together, in their order.
LaneSums sumOf(const LaneSums* sums, std::size_t count);

/// What else a scan of rows does.
struct BesideRows
{
    CountQueue& counts;
    bool fresh = false;   ///< the sums are those of these rows alone: what was there does not matter
    int countsPerRow = 2; ///< 2, 4, 8 or 16 of them are made beside a row, while there are any
    /// Memory that will be wanted next: so many bytes further with every row.
    const char* prefetch = nullptr;
    std::int64_t prefetchStep = 0;

    /// So that all counts are made, or nearly so, in as many rows.
    void spread(std::int64_t rows)
    {
        const auto due = static_cast<std::int64_t>(counts.size());
        countsPerRow = 2;
        while (countsPerRow < 16 && 4 * due > 5 * rows * countsPerRow)
            countsPerRow *= 2;
    }
};

/// Adds `rows` rows of eight neighbouring values, `step` values apart, at least one. Every instruction set
/// gives the same bits.
void sumRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums& sums, BesideRows& beside);
/// The same of sixteen neighbouring values: the first eight go to sums[0], the others to sums[1].
void sumPairedRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums,
                   BesideRows& beside);

} // namespace lathe
