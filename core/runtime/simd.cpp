// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/simd.h"

#include <algorithm>
#include <atomic>

namespace lathe {

namespace {

SimdLevel detect()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
        return SimdLevel::avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return SimdLevel::avx2;
#endif
    return SimdLevel::baseline;
}

std::atomic<SimdLevel>& level()
{
    static std::atomic<SimdLevel> value{detect()};
    return value;
}

}

SimdLevel simdLevel()
{
    return level().load(std::memory_order_relaxed);
}

void limitSimdLevel(SimdLevel wanted)
{
    level() = std::min(wanted, detect());
}

}
