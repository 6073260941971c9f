// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/broadcast.h"

namespace lathe {

std::vector<std::int64_t> broadcastStrides(const Shape& operand, const Shape& result)
{
    std::vector<std::int64_t> strides(static_cast<std::size_t>(result.rank()), 0);
    const std::vector<std::int64_t> own = operand.strides();
    const int shift = result.rank() - operand.rank();
    for (int axis = 0; axis < operand.rank(); ++axis)
        if (operand[axis] != 1)
            strides[static_cast<std::size_t>(axis + shift)] = own[static_cast<std::size_t>(axis)];
    return strides;
}

Shape broadcastShapes(const Node& node, std::span<const Shape> shapes)
{
    Shape result;
    for (const Shape& shape : shapes) {
        try {
            result = broadcast(result, shape);
        } catch (const Error&) {
            failOperator(node, "the shapes " + result.text() + " and " + shape.text() + " do not broadcast");
        }
    }
    return result;
}

}
