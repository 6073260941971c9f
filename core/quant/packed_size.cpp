// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/numeric/qdq.h"
#include "core/quant/export_qdq.h"

namespace lathe {

namespace {

/// The zero-point of 8-bit floats is always 0.
bool saysOnlyTheType(const Node& node, ValueId operand, const Graph& graph)
{
    return (isQuantizeNode(node) || isDequantizeNode(node)) && operand == node.input(2) &&
           isFloat8(graph.value(operand).dtype);
}

}

std::int64_t packedSizeBytes(const Graph& applied)
{
    std::vector<int> bitsOf(applied.values().size(), 0);
    std::vector<bool> used(applied.values().size(), false);
    std::int64_t bytes = 0;
    for (const Node& node : applied.nodes()) {
        bytes += static_cast<std::int64_t>(node.reals(tableAttribute).size() * sizeof(float));
        for (const ValueId input : node.inputs)
            if (input.valid() && !saysOnlyTheType(node, input, applied))
                used[static_cast<std::size_t>(input.index)] = true;
        if (!isDequantizeNode(node) || !node.has(bitsAttribute))
            continue;
        // Codes and zero-points are as wide as the grid says, not as their containers are.
        const int bits = static_cast<int>(node.integer(bitsAttribute, 0));
        for (const std::size_t operand : {0U, 2U})
            if (node.input(operand).valid())
                bitsOf[static_cast<std::size_t>(node.input(operand).index)] = bits;
    }
    for (std::size_t i = 0; i < applied.values().size(); ++i) {
        const Value& value = applied.values()[i];
        if (!value.isConstant() || !used[i])
            continue;
        const int bits = bitsOf[i] != 0 ? bitsOf[i] : dtypeBits(value.constant.dtype());
        bytes += (value.constant.elements() * bits + 7) / 8;
    }
    return bytes;
}

} // namespace lathe
