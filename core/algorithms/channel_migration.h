// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/algorithms/scalable_layer.h"

namespace lathe {

/// A value whose channels can be divided where it is made and multiplied where it is read, so that the
/// network computes the same. It is made by a layer (with nothing, a Relu or a Clip at 0 behind, or times a
/// gate: a function of one operand, as of SiLU), a LayerNormalization, or a product or sum with one constant a
/// channel; only layers read it.
struct MovableValue
{
    std::string name; ///< the value that the layers read
    std::int64_t channels = 0;
    std::vector<std::size_t> makers;    ///< layers whose rows are divided
    std::vector<std::string> constants; ///< constants that are divided, one number a channel
    std::vector<std::size_t> readers;   ///< layers whose inputs are multiplied
    std::string gate; ///< what a function of it makes, whose argument is multiplied; "" for none
    /// The upper end of the Clip that makes it, which stays where it is; infinite for none.
    double end = std::numeric_limits<double>::infinity();
};

/// Moves ranges from activations to weights and back.
class ChannelMigration
{
public:
    explicit ChannelMigration(const Graph& graph);

    const std::vector<MovableValue>& values() const { return m_values; }
    std::vector<ScalableLayer>& layers() { return m_layers; }
    /// Divides the value's channels by the scales.
    void move(const MovableValue& value, std::span<const double> scales);
    /// Writes back what was moved.
    void store(Graph& graph) const;
    /// The layers that were changed.
    std::vector<LayerNote> notes() const;

private:
    friend class MovableFinder;
    std::vector<ScalableLayer> m_layers;
    std::vector<MovableValue> m_values;
    std::map<std::string, std::vector<double>> m_constants; ///< as they are now
    std::map<std::string, std::vector<double>> m_factors;   ///< of the arguments of gates
};

} // namespace lathe
