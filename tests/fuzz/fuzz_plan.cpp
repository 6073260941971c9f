// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quant/quant_plan.h"

#include <cstdint>
#include <cstdlib>

/// What is accepted must come back the same from its own text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const lathe::Json written = lathe::planToJson(lathe::parsePlan(lathe::parseJson(text, "fuzz"), "fuzz"));
        if (lathe::planToJson(lathe::parsePlan(written, "fuzz")) != written)
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
