// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace lathe {

inline constexpr std::int64_t lanes = 8;
// Vectors of the compiler: nothing here depends on an instruction set.
using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));
using Doubles = double __attribute__((vector_size(8 * lanes)));

/// Sums of eight sequences side by side. Aligned for every instruction set: the compiler asks for less where it knows of none.
struct alignas(64) LaneSums
{
    Doubles first{};
    Doubles second{};
    Doubles third{};
    Doubles fourth{};
    Floats minimum = Floats{} + std::numeric_limits<float>::max();
    Floats maximum = Floats{} - std::numeric_limits<float>::max();
    Ints zeros{};

    /// A sum of floats cannot leave the range of double: only NaN and infinities do that.
    bool finite(std::int64_t lane) const { return std::isfinite(first[lane]); }
    bool finite() const
    {
        bool all = true;
        for (std::int64_t lane = 0; lane < lanes; ++lane)
            all = all && finite(lane);
        return all;
    }
};

/// Adds `rows` rows of eight neighbouring values, `step` values apart. Every instruction set gives the same bits.
void sumRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums& sums);
/// The same of sixteen neighbouring values: the first eight go to sums[0], the others to sums[1].
void sumPairedRows(const float* values, std::int64_t rows, std::int64_t step, LaneSums* sums);

} // namespace lathe
