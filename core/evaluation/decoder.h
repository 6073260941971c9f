// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/table.h"
#include "core/evaluation/boxes.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// Turns a model's first output into boxes. Thread-safe.
class BoxDecoder
{
public:
    virtual ~BoxDecoder() = default;
    /// Boxes in pixels of the input, the surest first. Throws Error{shapeMismatch}.
    virtual std::vector<Detection> decode(const Tensor& output) const = 0;
};

/// A kind of decoder, by its name in the dataset file's `decode`.
struct DecoderType
{
    std::string id; ///< "yolox"
    std::string summary;
    std::shared_ptr<const BoxDecoder> (*make)(JsonObject& options) = nullptr;
};

const Table<DecoderType>& decoderTypes();

/// The decoder that `decode` ({"yolox": {...}}) describes; null when it is null. Throws Error{datasetInvalid,
/// unknownName, jsonField}.
std::shared_ptr<const BoxDecoder> makeDecoder(const Json& decode);

} // namespace lathe
