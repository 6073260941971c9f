// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/numeric/encoding.h"

namespace lathe {

using EncodingPtr = std::shared_ptr<const Encoding>;

/// What came of a plan: a grid for every quantization point, by value name ("value->node" for an edge point). Points
/// that must share a grid hold the same object.
struct Encodings {
    std::map<std::string, EncodingPtr> activations;
    std::map<std::string, EncodingPtr> weights;   ///< by weight value name
    std::map<std::string, EncodingPtr> biases;    ///< int32 at sx*sw, zero-point 0
    std::map<std::string, Range> ranges;          ///< the clipping range chosen for each activation point

    Digest digest() const;
};

/// Integer weights and biases, by value name.
struct Codes {
    std::map<std::string, Tensor> weights;
    std::map<std::string, Tensor> biases;

    Digest digest() const;
};

/// Something the plan asked for that the rules or the model do not allow: shown beside the layer, never an exception.
struct Refusal {
    std::string layer;
    std::string reason;
    std::string nearest;  ///< the nearest choice that can
};

}  // namespace lathe
