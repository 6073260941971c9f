// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

#include "core/runtime/simd.h"

namespace lathe {

inline constexpr std::int64_t kLanes = 16;

/// Neighbouring channels.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

/// NaN wherever one of them is.
LATHE_INLINE void keepLarger(const Lanes& x, Lanes& most)
{
    most = (x > most) | (x != x) ? x : most;
}

LATHE_INLINE void load(const float* from, std::int64_t count, Lanes& to)
{
    if (count == kLanes)
        std::memcpy(&to, from, sizeof to);
    else
        std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
}

LATHE_INLINE void store(const Lanes& from, std::int64_t count, float* to)
{
    if (count == kLanes)
        std::memcpy(to, &from, sizeof from);
    else
        std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(float));
}

}
