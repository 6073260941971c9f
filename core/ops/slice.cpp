// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// What Slice takes of one axis: `count` elements from `start`, `step` apart.
struct AxisRange {
    std::int64_t start = 0, count = 0, step = 1;
};

/// numpy's rules: negative bounds count from the end, bounds beyond the ends stop there.
AxisRange rangeOf(const Node& node, std::int64_t length, std::int64_t start, std::int64_t end, std::int64_t step)
{
    if (step == 0 || step == INT64_MIN)
        failOperator(node, "a step of " + std::to_string(step) + " cannot be used");
    const auto fromEnd = [&](std::int64_t at) { return at < 0 ? std::max(at, -length - 1) + length : at; };
    const std::int64_t low = step > 0 ? 0 : -1, high = step > 0 ? length : length - 1;
    const std::int64_t first = std::clamp(fromEnd(start), low, std::max(low, high));
    const std::int64_t last = std::clamp(fromEnd(end), low, std::max(low, high));
    const std::int64_t room = step > 0 ? last - first : first - last;
    const std::int64_t stride = step > 0 ? step : -step;
    return {first, room > 0 ? (room - 1) / stride + 1 : 0, step};
}

struct SliceLists {
    std::vector<std::int64_t> starts, ends, axes, steps;
};

/// Fills in the default axes and steps and checks that the lists match.
void complete(const Node& node, SliceLists& lists)
{
    if (lists.axes.empty()) {
        lists.axes.resize(lists.starts.size());
        std::iota(lists.axes.begin(), lists.axes.end(), 0);
    }
    if (lists.steps.empty())
        lists.steps.assign(lists.starts.size(), 1);
    if (lists.ends.size() != lists.starts.size() || lists.axes.size() != lists.starts.size() ||
        lists.steps.size() != lists.starts.size())
        failOperator(node, "starts, ends, axes and steps differ in length");
}

std::vector<ValueInfo> inferSlice(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    const auto list = [&](std::size_t operand) {
        return context.input(operand).present() ? context.integers(operand) : std::vector<std::int64_t>{};
    };
    const auto starts = list(1), ends = list(2), axes = list(3), steps = list(4);
    if (!axes)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()),
                                                                   Shape::unknown)))};
    Shape shape = *input.shape;
    if (!starts || !ends || !steps) {
        const auto count = knownLength(context.input(1)).value_or(shape.rank());
        for (int axis = 0; axis < shape.rank(); ++axis)
            if (axes->empty() && axis < count)
                shape[axis] = Shape::unknown;
        for (const int axis : axesOf(context.node, *axes, shape.rank()))
            shape[axis] = Shape::unknown;
        return {typed(input.dtype, shape)};
    }
    SliceLists lists{*starts, *ends, *axes, *steps};
    complete(context.node, lists);
    const std::vector<int> at = axesOf(context.node, lists.axes, shape.rank());
    for (std::size_t i = 0; i < at.size(); ++i)
        if (shape[at[i]] >= 0)
            shape[at[i]] = rangeOf(context.node, shape[at[i]], lists.starts[i], lists.ends[i], lists.steps[i]).count;
    return {typed(input.dtype, shape)};
}

std::vector<Tensor> runSlice(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const auto list = [&](std::size_t operand) {
        return context.input(operand).empty() ? std::vector<std::int64_t>{} : context.input(operand).toIntegers();
    };
    SliceLists lists{list(1), list(2), list(3), list(4)};
    complete(context.node, lists);
    Shape shape = input.shape();
    std::vector<std::int64_t> strides = shape.strides();
    std::int64_t offset = 0;
    const std::vector<int> at = axesOf(context.node, lists.axes, shape.rank());
    for (std::size_t i = 0; i < at.size(); ++i) {
        std::int64_t& stride = strides[static_cast<std::size_t>(at[i])];
        const AxisRange range =
            rangeOf(context.node, shape[at[i]], lists.starts[i], lists.ends[i], lists.steps[i]);
        shape[at[i]] = range.count;
        offset += range.start * stride;
        stride = range.count > 1 ? stride * range.step : 0;
    }
    return {stridedCopy(input, shape, strides, offset)};
}

/// Before opset 10 the lists are attributes.
void upgradeSlice(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset >= 10)
        return;
    attributeToOperand(graph, node, "starts", 1);
    attributeToOperand(graph, node, "ends", 2);
    attributeToOperand(graph, node, "axes", 3);
}

}

void register_slice(Table<Op>& table)
{
    table.add({.id = "Slice",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferSlice,
               .run = runSlice,
               .upgrade = upgradeSlice});
}

}
