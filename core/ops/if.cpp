// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/bodies.h"

namespace lathe {

namespace {

constexpr std::string_view thenKey = "then_branch", elseKey = "else_branch";

std::string refuseIf(const Node& node)
{
    return findBody(node, thenKey) && findBody(node, elseKey) ? "" : "it needs the graphs of both branches";
}

/// What both branches have in common.
std::vector<ValueInfo> inferIf(const InferContext& context)
{
    if (!refuseIf(context.node).empty())
        return {};
    const Graph &yes = bodyOf(context.node, thenKey), &no = bodyOf(context.node, elseKey);
    const std::size_t count = context.node.outputs.size();
    if (yes.outputs.size() != count || no.outputs.size() != count)
        context.fail("its branches have " + std::to_string(yes.outputs.size()) + " and " +
                     std::to_string(no.outputs.size()) + " outputs instead of " + std::to_string(count));
    std::vector<ValueInfo> outputs;
    for (std::size_t i = 0; i < count; ++i)
        outputs.push_back(commonInfo(outputInfo(yes, i), outputInfo(no, i)));
    return outputs;
}

std::vector<Tensor> runIf(const RunContext& context)
{
    const Tensor& condition = context.input(0);
    if (condition.dtype() != DType::boolean || condition.elements() != 1)
        context.fail("its condition must be one boolean");
    const Graph& branch = bodyOf(context.node, condition.at(0) != 0 ? thenKey : elseKey);
    return runBody(context, branch, {}, context.node.outputs.size());
}

}

void register_if(Table<Op>& table)
{
    table.add({.id = "If",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .infer = inferIf,
               .run = runIf,
               .refuse = refuseIf});
}

}
