// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/runtime/program.h"

namespace lathe {

/// A graph whose quantization points were taken out and became slots.
struct PointedGraph {
    Graph graph;
    std::vector<Slot> slotList;                  ///< node still unset
    std::vector<SlotSetting> settings;        ///< what the graph said, by slot
    std::map<std::string, int> aliases;       ///< other names a slot is known by: its codes, its dequantized value
};

/// Takes out each QuantizeLinear -> (Clip of the codes ->) DequantizeLinear and each Cast pair to a 16-bit float and back.
/// A pair behind which all readers of its value stand is a slot on that value; one that serves some readers only is an
/// Identity node whose output has the slot, also known as "value->reader". DequantizeLinear of constants gives float constants
/// with weight or bias slots. What does not pair (codes that are graph inputs or outputs, operators on codes) stays, with
/// a slot on the float side.
PointedGraph takeOutPoints(const Graph& graph);

/// Opens further slots (CompileOptions::points). Throws Error{unknownName}.
void openPoints(PointedGraph& pointed, const std::vector<Slot>& points);

/// Sets Slot::node of weights and biases to the node that uses them.
void locateSlots(PointedGraph& pointed);

/// "value->node" cut in two; the second part is empty for a plain value.
std::pair<std::string, std::string> splitPoint(const std::string& point);

}
