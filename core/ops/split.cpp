// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// Sizes of the parts: as stated, else equal ones, the last smaller (num_outputs, opset 18).
std::vector<std::int64_t> partSizes(const Node& node, std::int64_t length, std::vector<std::int64_t> stated)
{
    const auto parts = static_cast<std::int64_t>(node.outputs.size());
    if (parts == 0)
        failOperator(node, "it has no outputs");
    if (stated.empty()) {
        const std::int64_t size = (length + parts - 1) / parts;
        if (length % parts != 0 && !node.has("num_outputs"))
            failOperator(node, std::to_string(length) + " elements do not divide into " + std::to_string(parts) + " parts");
        for (std::int64_t i = 0; i < parts; ++i)
            stated.push_back(std::clamp<std::int64_t>(length - i * size, 0, size));
    }
    std::int64_t total = 0;
    for (const std::int64_t size : stated) {
        if (size < 0 || size > length - total)
            failOperator(node, "the parts do not add up to the length " + std::to_string(length));
        total += size;
    }
    if (total != length || static_cast<std::int64_t>(stated.size()) != parts)
        failOperator(node, "the parts do not add up to the length " + std::to_string(length));
    return stated;
}

std::vector<ValueInfo> inferSplit(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const std::vector<ValueInfo> unknown(context.node.outputs.size(), typeOnly(input.dtype));
    const auto stated = context.input(1).present() ? context.integers(1) : std::vector<std::int64_t>{};
    if (!input.shape || !stated)
        return unknown;
    const int axis = axisOf(context.node, context.node.integer("axis", 0), input.shape->rank());
    const std::int64_t length = (*input.shape)[axis];
    std::vector<std::int64_t> sizes(context.node.outputs.size(), Shape::unknown);
    if (length >= 0)
        sizes = partSizes(context.node, length, *stated);
    std::vector<ValueInfo> outputs;
    for (const std::int64_t size : sizes) {
        Shape shape = *input.shape;
        shape[axis] = size;
        outputs.push_back(typed(input.dtype, shape));
    }
    return outputs;
}

std::vector<Tensor> runSplit(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", 0), input.shape().rank());
    const auto stated = context.input(1).empty() ? std::vector<std::int64_t>{} : context.input(1).toIntegers();
    const std::vector<std::int64_t> strides = input.shape().strides();
    std::vector<Tensor> outputs;
    std::int64_t start = 0;
    for (const std::int64_t size : partSizes(context.node, input.shape()[axis], stated)) {
        Shape shape = input.shape();
        shape[axis] = size;
        outputs.push_back(stridedCopy(input, shape, strides, start * strides[static_cast<std::size_t>(axis)]));
        start += size;
    }
    return outputs;
}

void upgradeSplit(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset < 13)
        attributeToOperand(graph, node, "split", 1);
}

}

void register_split(Table<Op>& table)
{
    table.add({.id = "Split",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferSplit,
               .run = runSplit,
               .upgrade = upgradeSplit});
}

}
