// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/graph/graph.h"
#include "core/quant/encodings.h"

namespace lathe {

/// Throws Error{unsupportedOperator} for a node that has no place in a float graph with grids.
[[noreturn]] void refuseLift(const Node& node, std::string_view reason);

/// Same scales, zero-points and axis, whatever part of the container is used.
bool sameSteps(const Encoding& a, const Encoding& b);

/// The grid of values that are held in a 16-bit float type.
EncodingPtr halfGrid(DType type);

/// The grid of values whose range is taken from each tensor as it comes.
EncodingPtr dynamicGrid();

/// int32 at the product of the scales, along the last axis of `shape` where the weight has channels.
EncodingPtr biasGrid(const Encoding& input, const Encoding& weight, const Shape& shape);

/// Grids as the nodes of a quantized graph state them; refuses those that cannot be read.
class LiftGrids
{
public:
    explicit LiftGrids(const Graph& source) : m_source(source) {}

    /// Of a QuantizeLinear or DequantizeLinear.
    EncodingPtr stated(const Node& node) const;
    /// Of a QuantizeLinear, cut to what a Clip of its codes lets through.
    EncodingPtr behindClip(const Node& quantize) const;
    EncodingPtr clipped(const Node& clip, const EncodingPtr& grid) const;
    /// Of an operand of a QLinear operator.
    EncodingPtr operand(const Node& node, std::size_t scale, std::size_t zeroPoint, int axis) const;

private:
    const Graph& m_source;
};

}  // namespace lathe
