// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "core/bundle/manifest.h"

/// What is read must come back the same from its own writing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const std::string_view text(reinterpret_cast<const char*>(data), size);
        const std::string written = lathe::writeManifest(lathe::readManifest(text, "fuzz"));
        if (lathe::writeManifest(lathe::readManifest(written, "fuzz")) != written)
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
