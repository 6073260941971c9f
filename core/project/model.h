// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/base/fs.h"
#include "core/graph/graph.h"
#include "core/ops/layers.h"
#include "core/quant/apply.h"

namespace lathe {

struct UnsupportedNode {
    std::string node;
    std::string op;
    std::string reason;
};

/// A model file as the pipeline uses it: read, upgraded, shapes inferred, simplified, layers found. Immutable, shared.
struct Model {
    Path path;
    std::string format;                ///< "onnx"
    std::int64_t opset = 0;            ///< of the file
    Digest fileDigest;                 ///< of the file's bytes (and external data)
    Graph original;                    ///< as read (after the upgrade to opset 13 forms)
    Graph graph;                       ///< simplified float graph; for quantized files the lifted one
    std::optional<Lifted> lifted;      ///< encodings and codes of a quantized file
    std::vector<Layer> layers;         ///< of `graph`
    std::vector<UnsupportedNode> unsupported;
    std::vector<std::string> simplifications;  ///< what the passes did, in words
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::int64_t floatBytes = 0;       ///< parameters in float32

    bool runnable() const { return unsupported.empty(); }
};

/// Throws Error{fileNotFound, notAModel, modelTruncated, ...}.
std::shared_ptr<const Model> loadModel(const Path& path, const Fs& fs, const Control& control);

/// Throws Error{unsupportedOperator} with the first node that cannot run.
void requireRunnable(const Model& model);

}  // namespace lathe
