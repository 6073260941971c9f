// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/graph.h"
#include "core/quant/encodings.h"

namespace lathe {

/// The quantized graph of a target: explicit QuantizeLinear/DequantizeLinear (Cast pairs for half formats) where
/// `encodings` has a grid; resolve() put them where the target's rules say. Codes sit in containers of their own bit-width here (int4 codes in
/// int4 tensors); the exporter chooses file containers. Value names of the float graph stay; layer ids survive.
Graph applyEncodings(const Graph& graph, const Encodings& encodings, const Codes& codes);

/// The inverse: a QDQ or QOperator graph as float graph + encodings + codes. apply(lift(g)) computes the same numbers.
/// A grid that holds for some readers of a value only becomes an edge "value->node". Codes that enter or leave the graph
/// keep their DequantizeLinear or QuantizeLinear as nodes of the float graph.
struct Lifted {
    Graph graph;
    Encodings encodings;
    Codes codes;
};
/// True when the graph holds Q/DQ or QLinear operators.
bool isQuantized(const Graph& graph);
/// Throws Error{unsupportedOperator} for a form that cannot be lifted.
Lifted lift(const Graph& graph);

}  // namespace lathe
