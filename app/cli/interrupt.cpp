// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <csignal>

namespace lathe::cli {
namespace {

sigset_t stopSignals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

}

void holdStopSignals()
{
    const sigset_t signals = stopSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interrupt::Interrupt()
{
    holdStopSignals();
    std::signal(SIGPIPE, SIG_IGN);
    m_waiter = std::jthread([this](const std::stop_token& ended) {
        const sigset_t awaited = stopSignals();
        int signal = 0;
        while (sigwait(&awaited, &signal) == 0 && !ended.stop_requested())
            m_source.request_stop();
    });
}

Interrupt::~Interrupt()
{
    m_waiter.request_stop();
    pthread_kill(m_waiter.native_handle(), SIGHUP); // wakes it; blocked in every thread, so it does nothing else
}

}
