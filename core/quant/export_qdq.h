// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/quant/encodings.h"
#include "core/quant/quant_plan.h"

namespace lathe {

struct ExportOptions {
    bool packed = false;   ///< real 4- and 16-bit types (opset 21) instead of 8-bit containers (opset 13)
    bool floatIo = true;   ///< graph inputs and outputs stay float; else quantized ones are codes under the same names
    std::string sourceDigest;  ///< of the model that was quantized, for the metadata; left out when empty
};

/// Brings an applied graph (apply.h) into the form that ONNX files take, after architecture decision 10: containers,
/// Q -> Clip -> DQ below 8 bits, lowest opset, rank-0 scales, plan and digest in the metadata; and what ONNX Runtime needs
/// to fuse and to compute the same (tests/interop/README.md): activations in uint8, clamps on codes, no weight-only matrix
/// in the form that it would quantize the input of. Throws
/// Error{notExportable} with the reason and the nearest choice that can be written.
Graph prepareExport(const Graph& applied, const QuantPlan& plan, const ExportOptions& options);

/// What prepareExport would refuse, layer by layer, without throwing: shown before the user asks for it.
std::vector<Refusal> exportRefusals(const Graph& applied, const QuantPlan& plan, const ExportOptions& options);

/// Bytes that the target stores: codes bit-packed at their own width, scales, zero-points, biases, float remainder.
std::int64_t packedSizeBytes(const Graph& applied);

}  // namespace lathe
