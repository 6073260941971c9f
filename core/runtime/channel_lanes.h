// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

#include "core/runtime/simd.h"

namespace lathe {

inline constexpr std::int64_t kLanes = 16;

/// Neighbouring channels.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

/// Up to kLanes channels; zeros behind fewer.
LATHE_INLINE void load(const float* from, std::int64_t count, Lanes& to)
{
    if (count == kLanes) {
        std::memcpy(&to, from, sizeof to);
        return;
    }
    to = Lanes{};
    std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
}

LATHE_INLINE void store(const Lanes& from, std::int64_t count, float* to)
{
    if (count == kLanes)
        std::memcpy(to, &from, sizeof from);
    else
        std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(float));
}

/// The largest of numbers of neighbouring channels, NaN where one of them is. Kept in whole numbers beside
/// the maxima, for GCC 12 takes vectors apart where a selection has more than one comparison of floats in it.
class LargestLanes
{
public:
    LATHE_INLINE LargestLanes(const float* from, std::int64_t count)
    {
        load(from, count, m_most);
        takeMagnitude(m_most, m_magnitude);
    }

    LATHE_INLINE void add(const float* from, std::int64_t count)
    {
        Lanes x{};
        load(from, count, x);
        Bits magnitude;
        takeMagnitude(x, magnitude);
        m_most = x > m_most ? x : m_most;
        m_magnitude = magnitude > m_magnitude ? magnitude : m_magnitude;
    }

    LATHE_INLINE void storeTo(float* to, std::int64_t count) const
    {
        const Bits infinity = Bits{} + 0x7f800000;
        const Bits beyond = (m_magnitude > infinity ? m_magnitude : infinity) - infinity; // of NaN alone
        Bits bits;
        std::memcpy(&bits, &m_most, sizeof bits);
        bits |= (-beyond >> 31) & 0x7fc00000;
        Lanes most;
        std::memcpy(&most, &bits, sizeof most);
        store(most, count, to);
    }

private:
    using Bits = std::int32_t __attribute__((vector_size(kLanes * sizeof(float))));

    LATHE_INLINE static void takeMagnitude(const Lanes& x, Bits& magnitude)
    {
        std::memcpy(&magnitude, &x, sizeof magnitude);
        magnitude &= 0x7fffffff;
    }

    Lanes m_most{};
    Bits m_magnitude{};
};

}
