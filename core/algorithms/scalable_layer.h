// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/calibration/product_geometry.h"

namespace lathe {

/// A layer's weights and bias as numbers that can be scaled by channel. Only this layer reads them.
struct ScalableLayer
{
    Layer layer;
    ProductGeometry geometry;
    std::string weight;
    std::string bias;           ///< "" when there is none
    std::vector<double> rows;   ///< [rows, depth]
    std::vector<double> biases; ///< one a row; empty without bias
    bool changed = false;

    std::int64_t taps() const { return geometry.conv ? geometry.conv->window.kernelElements() : 1; }
    std::int64_t channelsPerGroup() const { return geometry.depth / taps(); }
    std::int64_t inputChannels() const { return geometry.groups * channelsPerGroup(); }
    std::span<double> row(std::int64_t index);

    /// Calls use(row, weight) for all weights that read the input channel.
    template <typename Use>
    void forEachReader(std::int64_t channel, Use use)
    {
        const std::int64_t group = channel / channelsPerGroup();
        const std::int64_t first = channel % channelsPerGroup() * taps();
        for (std::int64_t r = group * geometry.rowsPerGroup; r < (group + 1) * geometry.rowsPerGroup; ++r)
            for (std::int64_t k = first; k < first + taps(); ++k)
                use(r, rows[static_cast<std::size_t>(r * geometry.depth + k)]);
    }

    double largestOfRow(std::int64_t index);
    double largestOfReaders(std::int64_t channel);
    /// The channel comes out, or goes in, times the factor.
    void scaleRow(std::int64_t index, double factor);
    void scaleReaders(std::int64_t channel, double factor);
};

/// The layers of the graph whose weights are a matrix of their own, in order.
std::vector<ScalableLayer> scalableLayers(const Graph& graph);
/// The weights in the order and shape in which the graph keeps them.
Tensor storedWeight(const ScalableLayer& layer, const Shape& shape);
/// Writes back what changed.
void storeLayers(Graph& graph, const std::vector<ScalableLayer>& layers);
/// Gives a float constant other values, element by element.
void setConstant(Graph& graph, const std::string& name, std::span<const double> values);

/// The largest magnitude of each channel of a value in calibration; empty where its channels were not
/// watched.
std::vector<double> largestOfChannels(const Statistics& statistics, const std::string& value);

/// After the graph has changed: pass 1 once more, for ranges belong to a graph; then grids and codes.
void resolveAnew(QuantState& state, const AlgorithmContext& context);

} // namespace lathe
