// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/calibration/input_moments.h"
#include "core/calibration/product_geometry.h"

namespace lathe {

/// A layer whose weights are on an integer grid and which is a matrix product: what can be rounded anew.
struct WeightLayer
{
    Layer layer;
    PointLayout::WeightPoint point;
    ProductGeometry geometry;

    bool hasBias() const { return !point.bias.empty(); }
};

/// The layers of the state's graph in order; those that cannot be treated go to `notes`, with the reason.
std::vector<WeightLayer> weightLayers(const QuantState& state, const PlacementRules& rules,
                                      const Program& program, std::vector<LayerNote>& notes);

/// Element of the weight tensor that is row `row`, column `k` (of its group).
std::size_t weightIndex(const ProductGeometry& geometry, std::int64_t row, std::int64_t k);
/// A weight's values, or the numbers that its codes stand for, as rows [rows, depth].
std::vector<double> weightRows(const ProductGeometry& geometry, const Tensor& weight);
/// The weights as the quantized graph has them.
std::vector<double> quantizedRows(const QuantState& state, const WeightLayer& layer);

/// The bias, one a row, zeros where there is none.
std::vector<double> biasRows(const QuantState& state, const WeightLayer& layer);
/// Sets the bias that makes the mean of the layer's output that of the float model: b + W E[x] - Wq E[z].
/// Left as it is where its codes would not fit. Returns false then, and where there is no bias.
bool correctBias(QuantState& state, const WeightLayer& layer, const InputMoments& moments);
/// Adds to the present bias, one number a row; else as correctBias().
bool shiftBias(QuantState& state, const WeightLayer& layer, const std::vector<double>& shifts);
/// Scales that were asked to be powers of two must stay so.
bool onPowersOfTwo(const Encoding& encoding);
/// The least scales of the layer's weights, `channels` of them, at which the codes of this bias fit 32 bits:
/// 0 for an empty one, and where the layer's input is not on an integer grid.
std::vector<double> scaleFloors(const QuantState& state, const WeightLayer& layer, const Tensor& bias,
                                std::size_t channels);
/// A bias as it is by now: corrected, or that of the model.
const Tensor& presentBias(const QuantState& state, const std::string& bias);
/// Puts the bias on the grid of the layer's present weights and input.
void refreshBias(QuantState& state, const WeightLayer& layer);

} // namespace lathe
