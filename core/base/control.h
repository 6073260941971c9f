// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace lathe {

/// How far a long operation has come: `done` of `total` units of `what` (total 0 = unknown).
struct Progress {
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string_view what;
};

/// What a caller hands to a long operation: a progress callback (called from any worker, must be cheap and
/// thread-safe) and a stop token. Operations poll at least every 100 ms.
class Control {
public:
    using ProgressCallback = std::function<void(const Progress&)>;

    Control() = default;
    explicit Control(std::stop_token stop, ProgressCallback callback = {})
        : m_stop(std::move(stop)), m_callback(std::move(callback)) {}

    bool stopRequested() const { return m_stop.stop_requested(); }
    /// Throws Error{stopped} once a stop was requested.
    void throwIfStopped() const;
    void progress(std::int64_t done, std::int64_t total, std::string_view what) const;
    const std::stop_token& stopToken() const { return m_stop; }

private:
    std::stop_token m_stop;
    ProgressCallback m_callback;
};

}  // namespace lathe
