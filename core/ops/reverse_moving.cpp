// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of operators that only move elements: the operator moves the places of its elements in their
// stead, and each gradient goes back to the place that arrived where it is.
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// A tensor of the same shape that holds first, first + 1 ...
Tensor places(const Shape& shape, std::int64_t first)
{
    Tensor result(DType::int64, shape);
    for (std::int64_t& place : result.mutableData<std::int64_t>())
        place = first++;
    return result;
}

/// `operands`: of the node, those whose elements are moved. Places count from 1 on, so that 0 is what the
/// operator adds.
std::vector<Tensor> reverseMove(const ReverseContext& context, std::size_t operands)
{
    std::vector<Tensor> moved(context.inputs.begin(), context.inputs.end());
    std::vector<std::int64_t> firsts;
    std::int64_t next = 1;
    for (std::size_t i = 0; i < operands; ++i) {
        firsts.push_back(next);
        moved[i] = places(context.inputs[i].shape(), next);
        next += context.inputs[i].elements();
    }
    const Op& op = *findOp(context.node);
    const std::vector<Tensor> arrived = op.run({context.node, moved, context.opset, context.control});
    std::vector<double> at(static_cast<std::size_t>(next), 0.0);
    for (std::size_t i = 0; i < context.gradients.size(); ++i) {
        if (context.gradients[i].empty())
            continue;
        const std::vector<double> gradient = realsOf(context.gradients[i]);
        const auto from = arrived[i].data<std::int64_t>();
        for (std::size_t k = 0; k < gradient.size(); ++k)
            at[static_cast<std::size_t>(from[k])] += gradient[k];
    }
    std::vector<Tensor> result(context.inputs.size());
    for (std::size_t i = 0; i < operands; ++i)
        if (context.wants(i)) {
            const auto first = at.begin() + firsts[i];
            result[i] = tensorLike(context.inputs[i], {first, first + context.inputs[i].elements()});
        }
    return result;
}

std::vector<Tensor> reverseFirst(const ReverseContext& context)
{
    return reverseMove(context, 1);
}

std::vector<Tensor> reverseAll(const ReverseContext& context)
{
    return reverseMove(context, context.inputs.size());
}

/// The value that fills in has the type of the others.
std::vector<Tensor> reversePad(const ReverseContext& context)
{
    if (context.input(2).empty())
        return reverseMove(context, 1);
    std::vector<Tensor> inputs(context.inputs.begin(), context.inputs.end());
    inputs[2] = Tensor::scalar<std::int64_t>(0);
    return reverseMove({context.node, inputs, context.outputs, context.gradients, context.wanted,
                        context.opset, context.control},
                       1);
}

/// Only a nearest Resize moves elements; others mix them.
bool isMoving(const Node& node)
{
    return kindOf(node) == OpTraits::Kind::moving;
}

/// The same elements in the same order.
std::vector<Tensor> reverseShape(const ReverseContext& context)
{
    std::vector<Tensor> result(context.inputs.size());
    if (context.wants(0))
        result[0] = context.gradients[0].reshaped(context.input(0).shape());
    return result;
}

}

void register_reverse_moving(Table<Reverse>& table)
{
    for (const char* id : {"Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze"})
        table.add({.id = id, .vjp = reverseShape});
    for (const char* id :
         {"Transpose", "Split", "Slice", "Gather", "Expand", "Tile", "DepthToSpace", "SpaceToDepth"})
        table.add({.id = id, .vjp = reverseFirst});
    table.add({.id = "Resize", .vjp = reverseFirst, .suits = isMoving});
    table.add({.id = "Pad", .vjp = reversePad});
    constexpr int everyOperand = 1 << 20;
    table.add({.id = "Concat", .vjp = reverseAll, .operands = everyOperand});
}

}
