// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/control.h"

namespace lathe {

/// Number of usable processor cores, at least 1.
int hardwareThreads();

/// Calls `work(index, worker)` for every index of [0, count) on `workers` threads (worker in [0, workers)); indices are
/// handed out in order. Each worker runs with one OpenMP thread. The first exception (lowest index) is rethrown after
/// all workers ended; a requested stop ends with Error{stopped}.
void parallelFor(std::int64_t count, int workers, const Control& control,
                 const std::function<void(std::int64_t index, int worker)>& work);

}  // namespace lathe
