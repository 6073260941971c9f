// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <cmath>

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace lathe::cli {
namespace {

constexpr std::size_t barWidth = 24;
constexpr auto barInterval = std::chrono::milliseconds(100);
constexpr auto lineInterval = std::chrono::seconds(5);
constexpr auto timeLeftAfter = std::chrono::seconds(3);

std::string counts(const Progress& progress)
{
    std::string text = std::string(progress.what) + " " + std::to_string(progress.done);
    if (progress.total > 0)
        text += "/" + std::to_string(progress.total);
    return text;
}

}

ProgressLine::ProgressLine(bool quiet)
    : m_quiet(quiet)
    , m_terminal(isatty(STDERR_FILENO) == 1)
{
}

ProgressLine::~ProgressLine()
{
    if (m_drawn)
        std::cerr << "\r\x1b[K" << std::flush;
}

void ProgressLine::show(const Progress& progress)
{
    if (m_quiet)
        return;
    const std::scoped_lock lock(m_mutex);
    const auto now = Clock::now();
    if (m_what != progress.what) {
        m_what = progress.what;
        m_started = now;
        m_shown = m_terminal ? Clock::time_point() : now;
    }
    if (m_terminal)
        drawBar(progress, now);
    else
        printLine(progress, now);
}

std::string ProgressLine::timeLeft(const Progress& progress, Clock::time_point now) const
{
    const auto spent = now - m_started;
    if (progress.done <= 0 || progress.total <= progress.done || spent < timeLeftAfter)
        return {};
    const double seconds = std::chrono::duration<double>(spent).count();
    const double left = seconds * static_cast<double>(progress.total - progress.done) / static_cast<double>(progress.done);
    return " · " + std::to_string(std::lround(left)) + " s left";
}

void ProgressLine::drawBar(const Progress& progress, Clock::time_point now)
{
    if (now - m_shown < barInterval && progress.done != progress.total)
        return;
    m_shown = now;
    m_drawn = true;
    const std::size_t full = progress.total > 0
        ? static_cast<std::size_t>(barWidth * static_cast<double>(std::min(progress.done, progress.total)) /
                                   static_cast<double>(progress.total))
        : 0;
    std::string bar;
    for (std::size_t i = 0; i < barWidth; ++i)
        bar += i < full ? "▮" : "▯";
    std::cerr << "\r\x1b[K" << counts(progress) << " " << bar << timeLeft(progress, now) << std::flush;
}

void ProgressLine::printLine(const Progress& progress, Clock::time_point now)
{
    if (now - m_shown < lineInterval)
        return;
    m_shown = now;
    std::cerr << counts(progress) + timeLeft(progress, now) + "\n" << std::flush;
}

}
