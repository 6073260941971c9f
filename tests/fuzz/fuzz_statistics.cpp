// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/calibration/statistics_io.h"

#include <cstdint>
#include <cstdlib>

/// What is accepted must come back the same from its own bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
    try {
        const lathe::Bytes written = lathe::writeStatistics(lathe::readStatistics(bytes, "fuzz"));
        if (lathe::writeStatistics(lathe::readStatistics(written, "fuzz")) != written)
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
