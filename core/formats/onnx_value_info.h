// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/formats/wire.h"
#include "core/graph/graph.h"

namespace lathe::onnx {

/// Name, element type, shape and dimension symbols of a ValueInfoProto; a type that is no tensor stays undefined.
/// Throws Error{modelInvalid}.
Value readValueInfoProto(std::span<const std::byte> message);

/// The message of a value; its type is left out when the element type is not known.
WireWriter writeValueInfoProto(const Value& value);

}  // namespace lathe::onnx
