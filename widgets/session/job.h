// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/control.h"
#include "widgets/session/user_error.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

namespace lathe {

/// What the window says of a job while it runs.
struct JobInfo
{
    QString title;   ///< "Calibrating"
    QString failure; ///< "Calibration failed": the first words of its error
    QString command; ///< the command line that repeats it; empty where there is none
    QString page;    ///< id of the page that shows its error
};

struct JobProgress
{
    qint64 done = 0;
    qint64 total = 0; ///< 0: unknown
    QString what;     ///< the engine's own word for the unit or stage
    double elapsedSeconds = 0;
    std::optional<double> secondsLeft; ///< from the third second on, where the total is known
};

/// What a job's work gets: the engine's Control, and a way to hand partial results to the window.
class JobContext
{
public:
    const Control& control() const { return m_control; }
    /// Runs `deliver` in the window's thread, unless the job was cancelled or replaced meanwhile.
    void post(std::function<void()> deliver) const { m_post(std::move(deliver)); }

private:
    friend class Job;
    Control m_control;
    std::function<void(std::function<void()>)> m_post;
};

/// Runs one function of the engine at a time on a worker thread. All signals come in the thread of this object.
/// Starting while another runs cancels that one, whose answer is dropped; of several waiting the last one wins.
class Job : public QObject
{
    Q_OBJECT
public:
    explicit Job(QObject* parent = nullptr);
    ~Job() override; ///< asks the worker to stop and waits for it

    /// `work(const JobContext&)` runs on the worker and must get all it needs by value; `done(result)` runs here when
    /// it returned and nobody cancelled.
    template <typename Work, typename Done>
    void start(JobInfo info, Work work, Done done)
    {
        begin(std::move(info), [work = std::move(work), done = std::move(done)](const JobContext& context) -> Deliver {
            if constexpr (std::is_void_v<std::invoke_result_t<Work, const JobContext&>>) {
                work(context);
                return [done] { done(); };
            } else {
                using Result = std::decay_t<std::invoke_result_t<Work, const JobContext&>>;
                auto result = std::make_shared<Result>(work(context));
                return [done, result] { done(std::move(*result)); };
            }
        });
    }

    void cancel();
    bool running() const { return m_running; }
    bool stopping() const { return m_running && m_stop.stop_requested(); }
    quint64 number() const { return m_number; } ///< of the newest start; counts from 1
    const JobInfo& info() const { return m_info; }
    JobProgress progress() const;
    /// Milliseconds from the last cancel() until the worker was idle; -1 before the first one.
    qint64 lastCancelMs() const { return m_lastCancelMs; }

signals:
    void started();
    void progressed();
    void stoppingChanged();
    void failed(const lathe::UserError& error);
    void cancelled();
    void finished(); ///< idle again, however it ended

private:
    using Deliver = std::function<void()>;
    using Work = std::function<Deliver(const JobContext&)>;
    struct Shared;

    void begin(JobInfo info, Work work);
    void launch(JobInfo info, Work work);
    void end(quint64 number, const Deliver& deliver, const UserError& error);

    JobInfo m_info;
    quint64 m_number = 0;
    bool m_running = false;
    std::stop_source m_stop;
    std::shared_ptr<Shared> m_shared;
    std::optional<std::pair<JobInfo, Work>> m_waiting;
    QElapsedTimer m_clock;
    QElapsedTimer m_cancelClock;
    qint64 m_lastCancelMs = -1;
    QTimer m_ticker;
    std::thread m_thread;
};

}
