// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "core/bundle/params.h"

/// A table of scales has one spelling.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    try {
        const lathe::Bytes written = lathe::writeParams(lathe::readParams(bytes, "fuzz"));
        if (lathe::asText(written) != lathe::asText(bytes))
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
