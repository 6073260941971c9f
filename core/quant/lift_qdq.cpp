// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/lifter.h"

#include "core/numeric/qdq.h"
#include "core/ops/op.h"

namespace lathe {

void Lifter::liftQuantize(const Node& node)
{
    const Graph& source = m_copy.source();
    const ValueId input = node.input(0);
    if (valueOf(input).isConstant())
        refuseLift(node, "it quantizes a constant");
    if (source.isOutput(node.outputs[0])) {
        if (!source.consumers(node.outputs[0]).empty())
            refuseLift(node, "its codes leave the graph and are read in it");
        return copyNode(node);
    }
    const Origin from = at(input);
    const EncodingPtr grid = m_grids.behindClip(node);
    auto& known = m_result.encodings.activations;
    const auto placed = known.find(madeName(from.made));
    Origin to{from.made, grid, nullptr};
    if (placed != known.end()) {
        if (from.edgeGrid || !(*placed->second == *grid))
            to.edgeGrid = grid;
        else
            to.codesGrid = placed->second;
    } else if (from.edgeGrid || !allQuantizeAlike(input, *grid)) {
        to.edgeGrid = grid;
    } else {
        known.emplace(madeName(from.made), grid);
    }
    at(node.outputs[0]) = to;
}

bool Lifter::allQuantizeAlike(ValueId value, const Encoding& grid)
{
    const Graph& source = m_copy.source();
    if (source.isOutput(value))
        return false;
    for (const NodeId reader : source.consumers(value)) {
        const Node& node = source.node(reader);
        if (!isQuantizeNode(node) || node.input(0) != value || !(*m_grids.behindClip(node) == grid))
            return false;
    }
    return true;
}

void Lifter::liftDequantize(const Node& node)
{
    const ValueId codes = node.input(0);
    if (valueOf(codes).isConstant())
        return liftConstant(node);
    if (!isCodes(codes))
        return copyNode(node);
    const Origin from = at(codes);
    if (from.codesGrid->format.isDynamic()) {
        at(node.outputs[0]) = {from.made, nullptr, from.edgeGrid};
        return;
    }
    if (!sameSteps(*m_grids.stated(node), *from.codesGrid))
        refuseLift(node, "its grid is not that of the codes");
    at(node.outputs[0]) = {from.made, nullptr, from.edgeGrid};
}

void Lifter::liftConstant(const Node& node)
{
    const ValueId output = node.outputs[0];
    at(output).made = addConstant(nameFor(output), valueOf(node.input(0)), m_grids.stated(node));
}

void Lifter::liftClip(const Node& node)
{
    const Origin from = at(node.input(0));
    const EncodingPtr grid = m_grids.clipped(node, from.codesGrid);
    if (!(*grid == *from.codesGrid))
        refuseLift(node, "it clips codes that others read unclipped");
    at(node.outputs[0]) = from;
}

void Lifter::liftMove(const Node& node)
{
    const Op* op = findOp(node);
    if (node.op == "Shape")
        return copyNode(node);
    if (!op || op->traits.kind != OpTraits::Kind::moving || node.op == "Pad")
        refuseLift(node, "it computes with codes");
    const EncodingPtr grid = at(node.input(0)).codesGrid;
    Node made = node;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (!node.inputs[i].valid())
            continue;
        const Origin origin = at(node.inputs[i]);
        if (!origin.codesGrid) {
            made.inputs[i] = read(node, node.inputs[i]);
            continue;
        }
        if (!sameSteps(*origin.codesGrid, *grid))
            refuseLift(node, "its inputs are on different grids");
        made.inputs[i] = through(node, origin);
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid())
            made.outputs[i] = makeOnGrid(node.outputs[i], grid);
    m_copy.graph().addNode(std::move(made));
}

ValueId Lifter::makeOnGrid(ValueId old, const EncodingPtr& grid)
{
    const ValueId made = make(old);
    m_copy.graph().value(made).dtype = DType::float32;
    at(old).codesGrid = grid;
    m_result.encodings.activations.emplace(madeName(made), grid);
    return made;
}

} // namespace lathe
