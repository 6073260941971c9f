// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/formats/formats.h"
#include "core/quant/apply.h"

#include <cstdint>
#include <cstdlib>

/// What can be lifted can be applied and lifted again, with the same grids and codes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    try {
        const lathe::Graph graph = lathe::readModel(lathe::Bytes(bytes, bytes + size), "onnx", {}).graph;
        const lathe::Lifted lifted = lathe::lift(graph);
        const lathe::Graph applied =
            lathe::applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
        const lathe::Lifted again = lathe::lift(applied);
        if (again.encodings.digest() != lifted.encodings.digest() || again.codes.digest() != lifted.codes.digest())
            std::abort();
    } catch (const lathe::Error&) {
        return 0;
    }
    return 0;
}
