// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "core/base/parallel.h"

namespace lathe {

/// parallelFor whose results are merged in index order by one thread at a time, so that sums do not depend on
/// the number of workers. `make(index, worker)` runs in parallel; `merge(index, result)` in order. At most 4
/// results a worker wait.
template <typename Make, typename Merge>
void parallelOrdered(std::int64_t count, int workers, const Control& control, Make&& make, Merge&& merge)
{
    using Result = decltype(make(std::int64_t{0}, 0));
    std::mutex mutex;
    std::condition_variable advanced;
    std::map<std::int64_t, Result> waiting;
    std::int64_t next = 0;
    bool failed = false;
    const std::int64_t window = 4 * static_cast<std::int64_t>(workers);

    const auto deliver = [&](std::int64_t index, Result result) {
        std::unique_lock lock(mutex);
        const auto mayWait = [&] { return index < next + window || failed || control.stopRequested(); };
        while (!mayWait())
            advanced.wait_for(lock, std::chrono::milliseconds(20));
        waiting.emplace(index, std::move(result));
        for (auto first = waiting.begin(); first != waiting.end() && first->first == next && !failed;
             first = waiting.begin()) {
            merge(next, std::move(first->second));
            waiting.erase(first);
            ++next;
        }
        advanced.notify_all();
    };
    parallelFor(count, workers, control, [&](std::int64_t index, int worker) {
        try {
            deliver(index, make(index, worker));
        } catch (...) {
            const std::scoped_lock lock(mutex);
            failed = true;
            advanced.notify_all();
            throw;
        }
    });
}

} // namespace lathe
