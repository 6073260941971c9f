// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/control.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/data/image.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace lathe::cli {

/// Exit statuses of cli.md.
enum Status { done = 0, failed = 1, wrongUsage = 2, gateNotMet = 3, interrupted = 130 };

/// A mistake in how the program was called, found after parsing: exit status 2.
class UsageError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A gate that was not met (accuracy drop, signature policy): exit status 3.
class GateError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// The global options and what every verb needs.
struct Context
{
    bool json = false;
    bool quiet = false;
    int threads = 0; ///< 0: all cores
    std::uint64_t seed = 0;
    Control control;
    std::string whenStopped = "Stopped; nothing was written."; ///< what a verb leaves when it is interrupted
    Fs* fs = nullptr;
    ImageDecoder decoder;

    /// Number of worker threads that `threads` means.
    int workers() const;
    /// The verb's result: the document with --json, else the text; nothing of the text with --quiet.
    void report(const Json& document, const std::string& text) const;
    /// One line on standard error, unless --quiet.
    void warn(const std::string& line) const;
};

/// Largest resident set of this process so far.
std::int64_t peakRssBytes();
/// A number for JSON; an infinite or undefined one is null.
Json finiteOrNull(double value);

}
