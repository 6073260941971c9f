// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/tensor/npy.h"

#include <cstdint>
#include <cstdlib>
#include <span>

/// What is accepted must come back the same from its own bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const lathe::Tensor tensor = lathe::readNpy(std::as_bytes(std::span(data, size)), "fuzz");
        const lathe::Bytes written = lathe::writeNpy(tensor);
        if (lathe::writeNpy(lathe::readNpy(written, "fuzz")) != written)
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
