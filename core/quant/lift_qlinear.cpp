// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/lifter.h"

#include "core/quant/clamps.h"

namespace lathe {

void Lifter::liftQLinear(const Node& node, const QLinearForm& form)
{
    Node made;
    made.name = node.name;
    made.op = form.op;
    made.attributes = node.attributes;
    std::vector<EncodingPtr> grids;
    for (std::size_t i = 0; i < form.operands.size(); ++i) {
        const QLinearOperand& operand = form.operands[i];
        const ValueId codes = node.input(operand.codes);
        if (!codes.valid())
            refuseLift(node, "an operand is missing");
        const Shape shape = valueOf(codes).shape.value_or(Shape{});
        grids.push_back(m_grids.operand(node, operand.scale, operand.zeroPoint,
                                        qlinearAxis(node, form, i, shape.rank())));
        made.inputs.push_back(readCodes(node, codes, grids.back()));
    }
    if (form.bias && node.input(*form.bias).valid())
        made.inputs.push_back(readBias(node, *form.bias, grids));
    const EncodingPtr grid = m_grids.operand(node, form.outputScale, form.outputZeroPoint, -1);
    const ValueId output = makeOnGrid(node.outputs[0], grid);
    if (!impliesRelu(form.op, *grid)) {
        made.outputs = {output};
        m_copy.graph().addNode(std::move(made));
        return;
    }
    const ValueId sum = m_copy.addNew(madeName(output) + "/sum", output, DType::float32);
    made.outputs = {sum};
    m_copy.graph().addNode(std::move(made));
    m_copy.addNode("Relu", node.name + "/Relu", {sum}, output);
}

ValueId Lifter::readCodes(const Node& node, ValueId codes, const EncodingPtr& grid)
{
    Origin& origin = at(codes);
    if (valueOf(codes).isConstant()) {
        if (!origin.made.valid())
            origin = {addConstant(nameFor(codes), valueOf(codes), grid), grid, nullptr};
    } else if (!origin.codesGrid) {
        refuseLift(node, "it reads codes that were not quantized in the graph");
    }
    if (!sameSteps(*origin.codesGrid, *grid))
        refuseLift(node, "its grid is not that of the codes");
    return through(node, origin);
}

ValueId Lifter::readBias(const Node& node, std::size_t index, const std::vector<EncodingPtr>& grids)
{
    const Value& codes = valueOf(node.input(index));
    if (!codes.isConstant() || codes.dtype != DType::int32)
        refuseLift(node, "its bias is no int32 constant");
    const EncodingPtr grid = biasGrid(*grids[0], *grids[1], codes.constant.shape());
    std::string name = codes.name;
    // Two operators may read the same codes at different scales.
    if (m_copy.graph().find(name).valid())
        name = m_copy.graph().freshName(name);
    return addConstant(name, codes, grid);
}

} // namespace lathe
