// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/algorithms/adam.h"
#include "core/algorithms/grid_tape.h"
#include "core/algorithms/weight_layer.h"

namespace lathe {

/// How far one step moves each kind of number, about.
struct TuneRates
{
    double weights = 0; ///< in steps of their grid
    double scales = 0;  ///< of weights, relative
    double biases = 0;  ///< in standard deviations of the layer's output
    double ranges = 0;  ///< of activations, relative; zero-points in codes, times 16
};

/// What fine-tuning may change of a quantized state, as numbers that move a little at each step. Grids stay
/// what they were: shared ones shared, symmetric ones symmetric, powers of two as they are, fixed ones fixed.
class TunedNumbers
{
public:
    /// `tunable`: all layers that can be tuned in the course of things. `inside`: names of the values (also
    /// constants) that may change now, all without one; a grid that is shared with a value outside stays.
    TunedNumbers(const QuantState& state, const PlacementRules& rules, std::vector<WeightLayer> tunable,
                 const std::set<std::string>* inside = nullptr);

    /// Grids of all points, by value or edge.
    const std::map<std::string, TapeGrid>& grids() const { return m_grids; }
    /// The constants that gradients are wanted of.
    std::set<std::string> trained() const;
    const std::vector<WeightLayer>& layers() const { return m_layers; }

    /// What a tape runs with as the numbers are now.
    TapeState tapeState() const;
    /// One step against the gradients; `share` of the rates.
    void step(const GridTape::Result& gradients, const TuneRates& rates, double share);
    /// Puts the numbers into the state: grids, codes and biases. A weight scale is raised where the bias
    /// would not fit its codes.
    void keep(QuantState& state) const;

private:
    /// Numbers of one layer's weight.
    struct Weights
    {
        std::vector<float> steps;    ///< real, one a weight
        std::vector<float> first;    ///< where they began
        std::vector<float> logScale; ///< relative to the encoding's, one a channel
        std::vector<float> bias;     ///< in units of `unit`, added to `start`
        std::vector<float> startBias;
        Shape biasShape;
        float unit = 0;
        bool scaleLearns = false;
        std::vector<std::uint32_t> channel; ///< of each weight
        EncodingPtr encoding;
        Adam forSteps{0}, forScale{0}, forBias{0};
    };
    struct Grid
    {
        EncodingPtr encoding;
        std::vector<float> logScale{0.0F}, zeroPoint{0.0F};
        bool zeroLearns = false;
        Adam forScale{1}, forZero{1};
    };

    void addLayer(const QuantState& state, const WeightLayer& layer);
    /// Grids that no step may change.
    static std::set<const Encoding*> fixedGrids(const QuantState& state, const PlacementRules& rules,
                                                const std::vector<WeightLayer>& tunable,
                                                const std::set<std::string>* inside);
    void addGrids(const QuantState& state, const std::set<const Encoding*>& fixedGrids);
    void stepLayer(std::size_t index, const GridTape::Result& gradients, const TuneRates& rates,
                   double share);
    LearnedGrid learned(const Grid& grid) const;
    /// Of one layer, as its numbers are now; the bias may be empty.
    static std::vector<float> scalesOf(const Weights& weights);
    static Tensor biasOf(const Weights& weights);
    void keepGrids(QuantState& state) const;
    void keepLayer(QuantState& state, std::size_t index) const;

    std::vector<WeightLayer> m_layers;
    std::vector<Weights> m_weights; ///< by layer
    std::vector<Grid> m_learned;
    std::map<std::string, TapeGrid> m_grids;
    TensorMap m_fixed;              ///< constants on grids that are not tuned
    std::set<std::string> m_biases; ///< of several layers, the first one tunes it
};

} // namespace lathe
