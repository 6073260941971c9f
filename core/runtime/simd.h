// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lathe {

/// Instruction sets that the vectorized loops are compiled for. Contraction is off and no loop reassociates, so every
/// level computes the same bits. (std::fma, where a formula asks for it, is an instruction or a slow library call.)
enum class SimdLevel : std::uint8_t { baseline, avx2, avx512 };

/// What this processor has, or less after limitSimdLevel().
SimdLevel simdLevel();
/// For tests: use at most `level`.
void limitSimdLevel(SimdLevel level);

#define LATHE_INLINE [[gnu::always_inline]] inline

/// Before a loop whose iterations touch the same index of each array: reading and writing one array is no dependence.
#if defined(__clang__)
#define LATHE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define LATHE_INDEPENDENT _Pragma("GCC ivdep")
#endif

#if defined(__x86_64__)
template <typename Body, typename... Args> [[gnu::target("avx2,fma")]] auto simdCallAvx2(Args... args)
{
    return Body::run(args...);
}
template <typename Body, typename... Args>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]] auto simdCallAvx512(Args... args)
{
    return Body::run(args...);
}
#endif

/// Body::run(args...), an always-inlined loop, compiled for every level; the one that fits is called. (Not
/// target_clones: its load-time resolvers run before the sanitizers are ready.)
template <typename Body, typename... Args> auto simdCall(Args... args)
{
#if defined(__x86_64__)
    switch (simdLevel()) {
    case SimdLevel::avx512: return simdCallAvx512<Body>(args...);
    case SimdLevel::avx2: return simdCallAvx2<Body>(args...);
    case SimdLevel::baseline: break;
    }
#endif
    return Body::run(args...);
}

}
