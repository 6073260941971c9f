// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/control.h"

#include <chrono>
#include <mutex>
#include <string>

namespace lathe::cli {

/// Progress on stderr: a bar with the time left on a terminal, a plain line every few seconds otherwise. Thread-safe.
class ProgressLine
{
public:
    explicit ProgressLine(bool quiet);
    ~ProgressLine(); ///< clears the bar

    void show(const Progress& progress);

private:
    using Clock = std::chrono::steady_clock;

    std::string timeLeft(const Progress& progress, Clock::time_point now) const;
    void drawBar(const Progress& progress, Clock::time_point now);
    void printLine(const Progress& progress, Clock::time_point now);

    std::mutex m_mutex;
    bool m_quiet;
    bool m_terminal;
    bool m_drawn = false;
    std::string m_what;
    Clock::time_point m_started;
    Clock::time_point m_shown;
};

}
