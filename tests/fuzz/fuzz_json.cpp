// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/json.h"

#include <cstdint>
#include <cstdlib>

/// What is accepted must come back the same from its own dump.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const lathe::Json value = lathe::parseJson(text, "fuzz");
        const std::string dumped = lathe::dumpJson(value);
        if (lathe::dumpJson(lathe::parseJson(dumped, "fuzz")) != dumped)
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
