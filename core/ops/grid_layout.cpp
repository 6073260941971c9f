// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/grid_layout.h"

#include "core/ops/infer_helpers.h"

namespace lathe {

GridLayout::GridLayout(const Node& node, const Shape& data, const Shape& scale)
{
    const std::int64_t block = boundedInteger(node, "block_size", 0, 0, maxDimension);
    if (block == 0 && (scale.rank() == 0 || (scale.rank() == 1 && scale[0] == 1))) {
        m_single = true;
        return;
    }
    const int axis = axisOf(node, node.integer("axis", 1), data.rank());
    m_inner = data.elements(axis + 1, data.rank());
    m_length = data[axis];
    if (block == 0) {
        if (scale.rank() != 1 || scale[0] != m_length)
            failOperator(node, "the scale " + scale.text() + " does not fit axis " + std::to_string(axis) + " of " +
                                   data.text());
        return;
    }
    m_block = block;
    m_blocks = (m_length + block - 1) / block;
    Shape expected = data;
    expected[axis] = m_blocks;
    if (scale != expected)
        failOperator(node, "the scale " + scale.text() + " does not fit blocks of " + std::to_string(block) + " of " +
                               data.text());
}

std::vector<std::int32_t> zeroPoints(const RunContext& context, std::size_t operand, std::int64_t count)
{
    const Tensor& tensor = context.input(operand);
    if (tensor.empty())
        return std::vector<std::int32_t>(static_cast<std::size_t>(count), 0);
    if (tensor.elements() != count)
        context.fail("scale and zero-point differ in shape");
    const Tensor wide = tensor.converted(DType::int32);
    const auto values = wide.data<std::int32_t>();
    return {values.begin(), values.end()};
}

}
