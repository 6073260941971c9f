// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/lifter.h"

#include "core/numeric/qdq.h"

namespace lathe {

bool Lifter::liftCast(const Node& node)
{
    const Graph& source = m_copy.source();
    const ValueId half = node.outputs[0];
    const ValueId input = node.input(0);
    const DType type = valueOf(half).dtype;
    if (type != DType::float16 && type != DType::bfloat16)
        return liftWiden(node);
    if (valueOf(input).dtype != DType::float32 || valueOf(input).isConstant() || source.isOutput(half))
        return false;
    for (const NodeId reader : source.consumers(half))
        if (source.node(reader).op != "Cast" ||
            valueOf(source.node(reader).outputs[0]).dtype != DType::float32)
            return false;
    holdIn(halfGrid(type), input, half);
    return true;
}

bool Lifter::liftDynamic(const Node& node)
{
    const Graph& source = m_copy.source();
    const ValueId input = node.input(0);
    if (!node.domain.empty() || node.outputs.size() != 3 || !input.valid() || valueOf(input).isConstant())
        return false;
    const std::vector<NodeId> readers = source.consumers(node.outputs[0]);
    for (const NodeId reader : readers)
        if (!isDequantizeNode(source.node(reader)) || source.node(reader).inputs != node.outputs)
            return false;
    for (const ValueId output : node.outputs)
        if (!output.valid() || source.isOutput(output) || source.consumers(output).size() != readers.size())
            return false;
    holdIn(dynamicGrid(), input, node.outputs[0]);
    return true;
}

void Lifter::holdIn(const EncodingPtr& grid, ValueId input, ValueId narrow)
{
    const Graph& source = m_copy.source();
    const Origin from = at(input);
    auto& known = m_result.encodings.activations;
    Origin to{from.made, grid, nullptr};
    const bool alone = source.consumers(input).size() == 1 && !source.isOutput(input) && !from.edgeGrid;
    if (!alone || known.count(madeName(from.made)) != 0)
        to.edgeGrid = grid;
    else
        known.emplace(madeName(from.made), grid);
    at(narrow) = to;
}

bool Lifter::liftWiden(const Node& node)
{
    const ValueId half = node.input(0);
    const DType type = valueOf(half).dtype;
    if ((type != DType::float16 && type != DType::bfloat16) ||
        valueOf(node.outputs[0]).dtype != DType::float32)
        return false;
    if (valueOf(half).isConstant())
        at(node.outputs[0]).made = addConstant(nameFor(node.outputs[0]), valueOf(half), halfGrid(type));
    else if (isCodes(half))
        at(node.outputs[0]) = {at(half).made, nullptr, at(half).edgeGrid};
    else
        return false;
    return true;
}

} // namespace lathe
