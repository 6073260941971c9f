// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace lathe::cli {

/// Keeps SIGINT, SIGTERM and SIGHUP waiting until there is an Interrupt, also across the program's start anew.
void holdStopSignals();

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request while it lives: a thread waits for the signal, so that no work is
/// done in a signal handler. Make it before any other thread.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::jthread m_waiter;
};

}
