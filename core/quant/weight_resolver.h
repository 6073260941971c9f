// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calibration/calibrator.h"
#include "core/quant/encodings.h"
#include "core/quant/resolve.h"

namespace lathe {

/// A bias code is at most this large, so that adding it to an accumulator cannot overflow 32 bits.
inline constexpr double largestBiasCode = 1073741824.0; // 2^30

/// Grid and codes of one weight and, where it has one on the integer side, of its bias.
struct ResolvedWeight
{
    EncodingPtr encoding;
    Tensor codes;
    EncodingPtr biasEncoding; ///< null: the bias stays float
    Tensor biasCodes;
    bool worseThanMinMax = false; ///< by the range method's own measure
};

/// The smallest weight scale, a channel of the weight, with which every bias code stays within
/// largestBiasCode; 0 where there is no bias. `channels` is 1 for a per-tensor grid.
std::vector<double> weightScaleFloor(const Tensor& bias, float inputScale, std::size_t channels);

/// Ranges, grid, floored scales, codes rounded to nearest, bias at inputScale * weightScale. `bias` may be
/// null; `input` is the grid of the activation operand, null while it is float. No range goes
/// beyond `clip`. Bias codes need one weight scale a channel: in groups and tables the bias stays float.
ResolvedWeight resolveWeight(const PointLayout::WeightPoint& point, const Tensor& weight, const Tensor* bias,
                             const QuantSpec& spec, const MethodChoice& method, const Encoding* input,
                             const std::optional<Range>& clip = {});

/// The axis that groups cut: the one that products are summed over. Layers of MatMul, Gemm, Conv and ConvTranspose only.
int groupAxis(const PointLayout::WeightPoint& point);

/// Why the weights of `layer` (null: of none) cannot be cut into groups; null where they can.
const char* whyNoGroups(const PointLayout::WeightPoint& point, const Layer* layer, const Shape& weight);

/// The bias alone, for a weight grid that stays. Null encoding where the bias cannot be on the integer side.
void resolveBias(const PointLayout::WeightPoint& point, const Tensor* bias, const Encoding* input,
                 ResolvedWeight& weight);

} // namespace lathe
