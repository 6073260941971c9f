// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/control.h"

namespace lathe::onnx {

/// What a model file may hold at most. A model within these limits is decoded in memory of the order of its file size.
struct ScanLimits {
    std::int64_t nodes = 1'000'000;
    std::int64_t tensors = 1'000'000;
    std::int64_t items = 4'000'000;          ///< messages and texts
    std::int64_t attributesPerNode = 256;
    std::int64_t rank = 16;
    std::int64_t textBytes = 1 << 20;        ///< of one name or text
    std::int64_t unknownBytes = 1 << 20;     ///< in fields that we do not know
    int graphDepth = 16;                     ///< bodies within bodies
    int typeDepth = 16;                      ///< sequences of maps of ...
};

/// Walks the whole file without allocating, before anything is decoded: checks the wire format, the limits, that texts
/// are UTF-8, and that every location of external data is allowed, in every place where a tensor can stand (initializers,
/// sparse ones, attributes, bodies, functions, training parts). Throws Error{notAModel, modelTruncated, modelInvalid,
/// externalDataPath, tooLarge}.
void scan(std::span<const std::byte> file, const Control& control, const ScanLimits& limits = {});

}  // namespace lathe::onnx
