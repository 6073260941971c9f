// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/algorithms/layer_clamp.h"
#include "core/algorithms/weight_layer.h"

namespace lathe {

/// How far a layer's output lies below that of the float model, by row: sums over the positions where the
/// clamp behind it lets one of both through. Elsewhere a bias changes nothing.
struct OutputShift
{
    std::vector<double> sums;
    std::vector<double> counts;

    void add(const OutputShift& more);
    /// What added to the biases comes closest to the float model: one Gauss-Newton step of least squares. 0
    /// where no position counts.
    std::vector<double> biases() const;
};

/// A layer with its weights in float and as codes give them, for taking shifts of many samples.
class ShiftMeter
{
public:
    ShiftMeter(const QuantState& state, const WeightLayer& layer);

    /// Of one sample's inputs, in the float run and in the quantized one.
    OutputShift measure(std::span<const float> reference, std::span<const float> test) const;

private:
    bool passes(float value) const { return value > m_low && value < m_high; }

    const ProductGeometry& m_geometry;
    std::vector<float> m_real, m_rounded;       ///< [rows, depth]
    std::vector<float> m_bias, m_quantizedBias; ///< by row
    float m_low, m_high;
};

}
