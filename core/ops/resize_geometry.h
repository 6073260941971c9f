// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// One input position that an output position is made of.
struct ResizeTap {
    std::int64_t index;
    double weight;
};

/// How one axis is resampled: the taps of each output position. A position outside the input (tf_crop_and_resize only)
/// has none and takes the extrapolation value.
struct ResizeAxis {
    std::int64_t input = 0;
    std::int64_t output = 0;
    bool identity = false;  ///< every output position is its own only tap
    std::vector<std::vector<ResizeTap>> taps;
};

/// The operands of Resize that say how large the output is; both empty when not known.
struct ResizeRequest {
    std::vector<float> scales;
    std::vector<std::int64_t> sizes;
    std::vector<float> roi;
};

/// Output sizes of Resize. Throws Error{operatorInput}.
Shape resizedShape(const Node& node, const Shape& input, const ResizeRequest& request);

/// One entry an axis of `input`, which must be static. Weights sum to 1. Throws Error{operatorInput}.
std::vector<ResizeAxis> resizeAxes(const Node& node, const Shape& input, const ResizeRequest& request);

}
