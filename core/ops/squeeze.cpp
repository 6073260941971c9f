// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/ops/infer_helpers.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// Nothing when an axis to be dropped for its size of 1 has an unknown size.
std::optional<Shape> squeezed(const Node& node, const Shape& shape, std::span<const std::int64_t> axes)
{
    const std::vector<int> dropped = axesOf(node, axes, shape.rank());
    std::vector<std::int64_t> dims;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const bool named = std::find(dropped.begin(), dropped.end(), axis) != dropped.end();
        if (named && shape[axis] > 1)
            failOperator(node, "axis " + std::to_string(axis) + " has " + std::to_string(shape[axis]) + " elements");
        if (axes.empty() && shape[axis] < 0)
            return std::nullopt;
        if (!named && !(axes.empty() && shape[axis] == 1))
            dims.push_back(shape[axis]);
    }
    return Shape(std::move(dims));
}

Shape unsqueezed(const Node& node, const Shape& shape, std::span<const std::int64_t> axes)
{
    if (axes.size() > 64)
        failOperator(node, "it adds too many axes");
    const int rank = shape.rank() + static_cast<int>(axes.size());
    const std::vector<int> added = axesOf(node, axes, rank);
    std::vector<std::int64_t> dims;
    int next = 0;
    for (int axis = 0; axis < rank; ++axis)
        dims.push_back(std::find(added.begin(), added.end(), axis) != added.end() ? 1 : shape[next++]);
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferSqueeze(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto axes = knownAxes(context, 1);
    if (!input.shape || !axes)
        return {typeOnly(input.dtype)};
    return {{input.dtype, squeezed(context.node, *input.shape, *axes), {}}};
}

std::vector<ValueInfo> inferUnsqueeze(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto axes = knownAxes(context, 1);
    if (!input.shape || !axes)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, unsqueezed(context.node, *input.shape, *axes))};
}

std::vector<Tensor> runSqueeze(const RunContext& context)
{
    const Tensor& input = context.input(0);
    return {input.reshaped(*squeezed(context.node, input.shape(), runAxes(context, 1)))};
}

std::vector<Tensor> runUnsqueeze(const RunContext& context)
{
    const Tensor& input = context.input(0);
    return {input.reshaped(unsqueezed(context.node, input.shape(), runAxes(context, 1)))};
}

void upgradeAxes(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset < 13)
        attributeToOperand(graph, node, "axes", 1);
}

}

void register_squeeze(Table<Op>& table)
{
    constexpr OpTraits moving{.kind = OpTraits::Kind::moving};
    table.add({.id = "Squeeze",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = inferSqueeze,
               .run = runSqueeze,
               .upgrade = upgradeAxes});
    table.add({.id = "Unsqueeze",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = inferUnsqueeze,
               .run = runUnsqueeze,
               .upgrade = upgradeAxes});
}

}
