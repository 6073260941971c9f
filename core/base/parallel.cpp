// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "core/base/error.h"

namespace lathe {

namespace {

/// One OpenMP thread for the calling thread while it lives.
class SingleOpenMpThread
{
public:
    SingleOpenMpThread()
    {
#ifdef _OPENMP
        m_before = omp_get_max_threads();
        omp_set_num_threads(1);
#endif
    }
    ~SingleOpenMpThread()
    {
#ifdef _OPENMP
        omp_set_num_threads(m_before);
#endif
    }
    SingleOpenMpThread(const SingleOpenMpThread&) = delete;
    SingleOpenMpThread& operator=(const SingleOpenMpThread&) = delete;

private:
#ifdef _OPENMP
    int m_before = 1;
#endif
};

/// Hands out indices in order and keeps the failure of the lowest index. Every index below a failed one was
/// handed out before it and still ends, so the failure kept does not depend on timing.
class IndexQueue
{
public:
    IndexQueue(std::int64_t count, const Control& control)
        : m_count(count)
        , m_control(control)
    {
    }

    /// The next index, or -1 when there is none.
    std::int64_t next()
    {
        const std::lock_guard lock(m_mutex);
        if (m_next >= m_count || m_failure || m_control.stopRequested())
            return -1;
        return m_next++;
    }

    void failed(std::int64_t index, std::exception_ptr failure)
    {
        const std::lock_guard lock(m_mutex);
        if (m_failure && index > m_failedIndex)
            return;
        m_failedIndex = index;
        m_failure = std::move(failure);
    }

    void rethrow() const
    {
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    const std::int64_t m_count;
    const Control& m_control;
    std::mutex m_mutex;
    std::int64_t m_next = 0;
    std::int64_t m_failedIndex = 0;
    std::exception_ptr m_failure;
};

void runWorker(IndexQueue& queue, int worker, const std::function<void(std::int64_t, int)>& work)
{
    const SingleOpenMpThread single;
    for (std::int64_t index = queue.next(); index >= 0; index = queue.next()) {
        try {
            work(index, worker);
        } catch (...) {
            queue.failed(index, std::current_exception());
        }
    }
}

} // namespace

int hardwareThreads()
{
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) == 0)
        return std::max(1, CPU_COUNT(&usable));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallelFor(std::int64_t count, int workers, const Control& control,
                 const std::function<void(std::int64_t index, int worker)>& work)
{
    IndexQueue queue(count, control);
    const auto used =
        static_cast<int>(std::clamp<std::int64_t>(workers, 1, std::max<std::int64_t>(count, 1)));
    {
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(used));
        try {
            for (int worker = 1; worker < used; ++worker)
                threads.emplace_back([&queue, &work, worker] { runWorker(queue, worker, work); });
        } catch (const std::system_error&) {
            // The system gives no more threads: those that started, and this one, do the work.
        }
        runWorker(queue, 0, work);
    }
    queue.rethrow();
    control.throwIfStopped();
}

} // namespace lathe
