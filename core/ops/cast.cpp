// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};

DType targetOf(const Node& node)
{
    return dtypeFromOnnx(node.integer("to", 0));
}

std::vector<ValueInfo> inferCast(const InferContext& context)
{
    return {{targetOf(context.node), context.input(0).shape, {}}};
}

std::vector<ValueInfo> inferCastLike(const InferContext& context)
{
    return {{context.input(1).dtype, context.input(0).shape, {}}};
}

Tensor castTo(const RunContext& context, DType target)
{
    const Tensor& input = context.input(0);
    if (input.dtype() == target)
        return input;
    if (input.dtype() == DType::string || target == DType::string || target == DType::undefined)
        context.fail("a cast from " + std::string(dtypeName(input.dtype())) + " to " +
                     std::string(dtypeName(target)) + " is not supported");
    if (isFloat8(target))
        return roundedToFloat8(input, target, context.node.integer("saturate", 1) != 0);
    return input.converted(target);
}

std::vector<Tensor> runCast(const RunContext& context)
{
    return {castTo(context, targetOf(context.node))};
}

std::vector<Tensor> runCastLike(const RunContext& context)
{
    return {castTo(context, context.input(1).dtype())};
}

std::string refuseCast(const Node& node)
{
    const DType target = targetOf(node);
    if (target == DType::undefined || target == DType::string)
        return "a cast to element type " + std::to_string(node.integer("to", 0)) + " is not supported";
    return "";
}

}

void register_cast(Table<Op>& table)
{
    table.add({.id = "Cast",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferCast,
               .run = runCast,
               .refuse = refuseCast});
    table.add({.id = "CastLike",
               .traits = structural,
               .exactness = Exactness::exact,
               .sinceOpset = 15,
               .infer = inferCastLike,
               .run = runCastLike});
}

}
