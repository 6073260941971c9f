// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lathe {

/// SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014): 64 bits that
/// look drawn, of a number that need not.
inline std::uint64_t scrambled(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

} // namespace lathe
