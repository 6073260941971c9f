// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/ops/conv_geometry.h"

namespace lathe {

/// A convolution over rows and columns (one row for one spatial dimension), evaluated by matrix products of
/// its windows laid out as columns (Chellapilla et al., "High Performance Convolutional Neural Networks for
/// Document Processing", 2006); depthwise ones tap by tap. All arrays are row-major, [N, C, rows, columns].
struct PlanarConv
{
    std::int64_t batch, groups, inPerGroup, outPerGroup;
    std::int64_t inRows, inColumns, outRows, outColumns, kernelRows, kernelColumns;
    std::int64_t strideRows, strideColumns, dilationRows, dilationColumns, padTop, padLeft;

    std::int64_t depth() const { return inPerGroup * kernelRows * kernelColumns; }
    std::int64_t inPlane() const { return inRows * inColumns; }
    std::int64_t outPlane() const { return outRows * outColumns; }

    /// y = conv(x, w) + bias; `bias` may be null.
    void run(const float* x, const float* w, const float* bias, float* y) const;
    /// Adds to the gradients at x and w what the gradient at y makes of them; either may be null.
    void reverse(const float* x, const float* w, const float* gradient, float* atX, float* atW) const;
};

/// Nothing for more than two spatial dimensions.
std::optional<PlanarConv> planarConv(const ConvGeometry& geometry);

/// C [m, n] = op(A) [m, k] * op(B) [k, n] + beta * C, row-major and dense; op transposes where asked.
void multiply(bool transA, bool transB, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
              const float* b, float beta, float* c);

}
