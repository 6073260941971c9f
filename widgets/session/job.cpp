// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/job.h"

#include <chrono>

namespace lathe {
namespace {

constexpr int tickMs = 100;
constexpr double etaAfterSeconds = 2.0;

}

/// Where worker threads leave their progress; the window looks at it every 100 ms, so that no flood of events can come.
struct Job::Shared
{
    std::mutex mutex;
    qint64 done = 0;
    qint64 total = 0;
    std::string what;
    std::chrono::steady_clock::time_point stageStart = std::chrono::steady_clock::now();

    void set(const Progress& progress)
    {
        const std::lock_guard lock(mutex);
        if (what != progress.what || total != progress.total) {
            what = progress.what;
            done = 0;
            stageStart = std::chrono::steady_clock::now();
        }
        total = progress.total;
        done = std::max<qint64>(done, progress.done);
    }
};

Job::Job(QObject* parent)
    : QObject(parent)
{
    m_ticker.setInterval(tickMs);
    connect(&m_ticker, &QTimer::timeout, this, &Job::progressed);
}

Job::~Job()
{
    m_stop.request_stop();
    if (m_thread.joinable())
        m_thread.join();
}

void Job::begin(JobInfo info, Work work)
{
    ++m_number;
    if (m_running) {
        m_waiting.emplace(std::move(info), std::move(work));
        m_stop.request_stop();
        return;
    }
    launch(std::move(info), std::move(work));
}

void Job::launch(JobInfo info, Work work)
{
    m_info = std::move(info);
    m_running = true;
    m_stop = std::stop_source();
    m_shared = std::make_shared<Shared>();
    m_clock.start();
    m_ticker.start();

    const quint64 number = m_number;
    JobContext context;
    context.m_control = Control(m_stop.get_token(), [shared = m_shared](const Progress& p) { shared->set(p); });
    context.m_post = [this, number, token = m_stop.get_token()](std::function<void()> deliver) {
        QMetaObject::invokeMethod(
            this,
            [this, number, token, deliver = std::move(deliver)] {
                if (number == m_number && !token.stop_requested())
                    deliver();
            },
            Qt::QueuedConnection);
    };
    m_thread = std::thread([this, number, context, work = std::move(work), failure = m_info.failure] {
        Deliver deliver;
        UserError error;
        try {
            deliver = work(context);
        } catch (...) {
            error = userError(failure, std::current_exception());
        }
        QMetaObject::invokeMethod(
            this, [this, number, deliver, error] { end(number, deliver, error); }, Qt::QueuedConnection);
    });
    emit started();
}

void Job::end(quint64 number, const Deliver& deliver, const UserError& error)
{
    m_thread.join();
    m_running = false;
    m_ticker.stop();
    if (m_cancelClock.isValid()) {
        m_lastCancelMs = m_cancelClock.elapsed();
        m_cancelClock.invalidate();
    }
    const bool wasCancelled = m_stop.stop_requested();
    if (m_waiting) {
        auto [info, work] = std::move(*m_waiting);
        m_waiting.reset();
        launch(std::move(info), std::move(work));
        return;
    }
    if (number == m_number && !wasCancelled && deliver)
        deliver();
    else if (!wasCancelled && !error.isEmpty() && !error.stopped) {
        UserError told = error;
        told.page = m_info.page;
        emit failed(told);
    } else {
        emit cancelled();
    }
    if (!m_running)
        emit finished();
}

void Job::cancel()
{
    m_waiting.reset();
    if (!m_running || m_stop.stop_requested())
        return;
    m_cancelClock.start();
    m_stop.request_stop();
    emit stoppingChanged();
}

JobProgress Job::progress() const
{
    JobProgress result;
    if (!m_running)
        return result;
    result.elapsedSeconds = static_cast<double>(m_clock.elapsed()) / 1000.0;
    const std::lock_guard lock(m_shared->mutex);
    result.done = m_shared->done;
    result.total = m_shared->total;
    result.what = QString::fromStdString(m_shared->what);
    const std::chrono::duration<double> inStage = std::chrono::steady_clock::now() - m_shared->stageStart;
    if (result.elapsedSeconds >= etaAfterSeconds && result.total > 0 && result.done > 0)
        result.secondsLeft =
            inStage.count() * static_cast<double>(result.total - result.done) / static_cast<double>(result.done);
    return result;
}

}
