// SPDX-License-Identifier: GPL-3.0-or-later
// DepthToSpace and SpaceToDepth: a reshape, a transpose and a reshape.
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

std::int64_t blockOf(const Node& node)
{
    return boundedInteger(node, "blocksize", 0, 1, 1 << 15);
}

/// [N, C, H, W] of the result; unknown dimensions stay unknown.
Shape spread(const Node& node, const Shape& shape, bool toSpace)
{
    if (shape.rank() != 4)
        failOperator(node, "the input must have four axes");
    const std::int64_t block = blockOf(node), area = block * block;
    const auto grow = [&](std::int64_t dim, std::int64_t by) {
        if (dim > maxDimension)
            failOperator(node, "the input is too large");
        return dim < 0 ? dim : dim * by;
    };
    const auto shrink = [&](std::int64_t dim, std::int64_t by) {
        if (dim >= 0 && dim % by != 0)
            failOperator(node, std::to_string(dim) + " does not divide by " + std::to_string(by));
        return dim < 0 ? dim : dim / by;
    };
    if (toSpace)
        return Shape{shape[0], shrink(shape[1], area), grow(shape[2], block), grow(shape[3], block)};
    return Shape{shape[0], grow(shape[1], area), shrink(shape[2], block), shrink(shape[3], block)};
}

template <bool toSpace> std::vector<ValueInfo> infer(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, spread(context.node, *input.shape, toSpace))};
}

std::vector<Tensor> runDepthToSpace(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Shape shape = spread(context.node, input.shape(), true);
    const std::int64_t b = blockOf(context.node), h = input.shape()[2], w = input.shape()[3];
    const bool columnFirst = context.node.text("mode", "DCR") == "CRD";
    const Shape split = columnFirst ? Shape{shape[0], shape[1], b, b, h, w} : Shape{shape[0], b, b, shape[1], h, w};
    const std::vector<int> perm = columnFirst ? std::vector{0, 1, 4, 2, 5, 3} : std::vector{0, 3, 4, 1, 5, 2};
    return {transposed(input.reshaped(split), perm).reshaped(shape)};
}

std::vector<Tensor> runSpaceToDepth(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Shape shape = spread(context.node, input.shape(), false);
    const std::int64_t b = blockOf(context.node);
    const Shape split{shape[0], input.shape()[1], shape[2], b, shape[3], b};
    return {transposed(input.reshaped(split), {0, 3, 5, 1, 2, 4}).reshaped(shape)};
}

}

void register_depth_space(Table<Op>& table)
{
    constexpr OpTraits moving{.kind = OpTraits::Kind::moving};
    table.add({.id = "DepthToSpace",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = infer<true>,
               .run = runDepthToSpace});
    table.add({.id = "SpaceToDepth",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = infer<false>,
               .run = runSpaceToDepth});
}

}
