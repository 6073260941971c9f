// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/ops/conv_geometry.h"
#include "core/ops/layers.h"

namespace lathe {

/// A weighted layer as matrix products, one a group: y [rowsPerGroup] = W [rowsPerGroup, depth] * x [depth] for every
/// output position. A convolution's x is the window under the position (im2col), channels outside and taps inside.
struct ProductGeometry
{
    std::string layer;
    std::string input;          ///< value that x is taken from
    std::int64_t groups = 1;
    std::int64_t rowsPerGroup = 0;
    std::int64_t depth = 0;     ///< K, of one group
    bool transposed = false;    ///< the weight is stored [depth, rows]
    std::optional<ConvGeometry> conv;   ///< none: x are the rows of the input, whose last axis is `depth`

    std::int64_t rows() const { return groups * rowsPerGroup; }
    std::int64_t positions(std::int64_t inputElements) const;
};

/// Conv, Gemm and MatMul by a constant matrix; nothing, and the reason, for other layers.
std::optional<ProductGeometry> productGeometry(const Graph& graph, const Layer& layer, std::string& reason);

/// Takes x of one group in columns: values [depth, columns], row-major.
using TileSink = std::function<void(std::int64_t group, std::int64_t columns, std::span<const float> values)>;

/// Gives the x of the groups [first, last) of one sample in tiles, always in the same order. Padding reads as 0.
void forEachTile(const ProductGeometry& geometry, std::span<const float> input, std::int64_t first, std::int64_t last,
                 const TileSink& tile);

} // namespace lathe
