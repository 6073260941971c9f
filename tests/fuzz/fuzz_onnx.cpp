// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/formats/formats.h"
#include "core/passes/simplify.h"

/// What opening a model does with its bytes. What is accepted must come back the same from its own bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lathe;
    const auto bytes = std::as_bytes(std::span(data, size));
    Graph graph;
    try {
        graph = readModel(Bytes(bytes.begin(), bytes.end()), "onnx", Control()).graph;
    } catch (const Error&) {
        return 0;
    }
    if (readModel(writeModel(graph), "onnx", Control()).graph.digest() != graph.digest()) std::abort();
    try {
        simplify(graph).graph.validate();
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
