// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iostream>

namespace lathe::cli {

int Context::workers() const
{
    return threads > 0 ? threads : hardwareThreads();
}

void Context::report(const Json& document, const std::string& text) const
{
    if (json)
        std::cout << dumpJsonPretty(document);
    else if (!quiet)
        std::cout << text;
    std::cout.flush();
    if (!std::cout)
        throw Error(ErrorCode::fileNotWritable, "standard output", {{"reason", "writing failed"}});
}

void Context::warn(const std::string& line) const
{
    if (!quiet)
        std::cerr << "Note: " + line + "\n";
}

std::int64_t peakRssBytes()
{
    // What getrusage() says includes the parent's memory from before this program was started in its place.
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::int64_t kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes)
            return kilobytes * 1024;
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

Json finiteOrNull(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

}
