// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluation/evaluate.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lathe {

/// A layer whose output two programs can show.
struct WatchedLayer
{
    std::string id;
    std::string value; ///< name of the layer's output value
    int channelAxis = 1;
    std::shared_ptr<const Encoding> encoding; ///< of its activations; null when they stay in float
};

/// The layers whose float output values both runs show, with the grids that the quantized one has them on.
std::vector<WatchedLayer> watchedLayers(const Program& floating, const Runnable& quantized,
                                        const std::vector<Layer>& layers);

/// Fills `local`, `clipped`, `elements` and `zeroScale`: the layer's own grid on the float values.
void measureLocal(const WatchedLayer& layer, std::span<const float> reference, LayerFigures& figures);

/// Fills `accumulated`, NaN and Inf counts, and with `perChannel` the channels: the quantized run against
/// float.
void measureAccumulated(const WatchedLayer& layer, std::span<const float> reference, const TapView& view,
                        bool perChannel, LayerFigures& figures);

/// Adds one sample's figures to a sum.
void addFigures(LayerFigures& sum, const LayerFigures& sample);

}
