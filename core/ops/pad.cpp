// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/ops/broadcast.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// Elements to add before and after each axis; negative numbers take elements away.
struct Pads {
    std::vector<std::int64_t> begin, end;
};

Pads padsOf(const Node& node, std::span<const std::int64_t> pads, const std::vector<int>& axes, int rank)
{
    if (pads.size() != 2 * axes.size())
        failOperator(node, "pads has " + std::to_string(pads.size()) + " values for " + std::to_string(axes.size()) +
                               " axes");
    Pads result{std::vector<std::int64_t>(static_cast<std::size_t>(rank), 0),
                std::vector<std::int64_t>(static_cast<std::size_t>(rank), 0)};
    for (std::size_t i = 0; i < pads.size(); ++i) {
        if (pads[i] < -maxDimension || pads[i] > maxDimension)
            failOperator(node, "a pad of " + std::to_string(pads[i]) + " cannot be used");
        auto& side = i < axes.size() ? result.begin : result.end;
        side[static_cast<std::size_t>(axes[i % axes.size()])] = pads[i];
    }
    return result;
}

std::vector<int> paddedAxes(const Node& node, std::span<const std::int64_t> stated, int rank)
{
    std::vector<int> axes = axesOf(node, stated, rank);
    if (stated.empty())
        for (int axis = 0; axis < rank; ++axis)
            axes.push_back(axis);
    return axes;
}

Shape paddedShape(const Node& node, const Shape& shape, const Pads& pads)
{
    Shape result = shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        if (shape[axis] < 0)
            continue;
        result[axis] += pads.begin[static_cast<std::size_t>(axis)] + pads.end[static_cast<std::size_t>(axis)];
        if (result[axis] < 0)
            failOperator(node, "axis " + std::to_string(axis) + " loses more elements than it has");
    }
    return result;
}

std::vector<ValueInfo> inferPad(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const auto pads = context.integers(1);
    const auto axes = context.input(3).present() ? context.integers(3) : std::vector<std::int64_t>{};
    if (!input.shape)
        return {typeOnly(input.dtype)};
    const int rank = input.shape->rank();
    if (!pads || !axes)
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(rank), Shape::unknown)))};
    return {typed(input.dtype, paddedShape(context.node, *input.shape,
                                           padsOf(context.node, *pads, paddedAxes(context.node, *axes, rank), rank)))};
}

/// The position in [0, length) that position `at` shows, or -1 where the constant goes.
std::int64_t source(const std::string& mode, std::int64_t at, std::int64_t length)
{
    if (at >= 0 && at < length)
        return at;
    if (mode == "edge")
        return at < 0 ? 0 : length - 1;
    if (mode == "wrap")
        return (at % length + length) % length;
    if (mode == "reflect") {
        const std::int64_t period = std::max<std::int64_t>(1, 2 * (length - 1));
        const std::int64_t folded = (at % period + period) % period;
        return folded < length ? folded : period - folded;
    }
    return -1;
}

std::vector<Tensor> runPad(const RunContext& context)
{
    Tensor input = context.input(0);
    const int rank = input.shape().rank();
    const auto stated = context.input(3).empty() ? std::vector<std::int64_t>{} : context.input(3).toIntegers();
    const Pads pads =
        padsOf(context.node, context.input(1).toIntegers(), paddedAxes(context.node, stated, rank), rank);
    const Shape target = paddedShape(context.node, input.shape(), pads);
    const std::string mode = context.node.text("mode", "constant");
    Tensor value = context.input(2).empty() ? Tensor(input.dtype(), Shape{}) : context.input(2);
    if (value.dtype() != input.dtype() || value.elements() != 1)
        context.fail("the constant must be one element of the input's type");
    if (mode != "constant" && input.elements() == 0 && target.elements() > 0)
        context.fail("there is nothing to repeat");

    Tensor output = filled(target, value.reshaped(Shape{}));
    if (output.elements() == 0)
        return {output};

    // Where each position of each axis comes from.
    std::vector<std::vector<std::int64_t>> sources(static_cast<std::size_t>(rank));
    for (int axis = 0; axis < rank; ++axis)
        for (std::int64_t i = 0; i < target[axis]; ++i)
            sources[static_cast<std::size_t>(axis)].push_back(
                source(mode, i - pads.begin[static_cast<std::size_t>(axis)], input.shape()[axis]));

    const std::vector<std::int64_t> from = input.shape().strides(), own = target.strides();
    for (std::int64_t i = 0; i < output.elements(); ++i) {
        std::int64_t offset = 0;
        bool inside = true;
        for (int axis = 0; axis < rank && inside; ++axis) {
            const auto at = static_cast<std::size_t>(axis);
            const std::int64_t index = sources[at][static_cast<std::size_t>(i / own[at] % target[axis])];
            inside = index >= 0;
            offset += index * from[at];
        }
        if (inside)
            copyElements(input, offset, output, i, 1);
    }
    return {output};
}

/// Before opset 11 pads and value are attributes.
void upgradePad(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset >= 11)
        return;
    attributeToOperand(graph, node, "pads", 1);
    realToOperand(graph, node, "value", 2);
}

std::string refusePad(const Node& node)
{
    const std::string mode = node.text("mode", "constant");
    const bool known = mode == "constant" || mode == "edge" || mode == "reflect" || mode == "wrap";
    return known ? "" : "the mode \"" + mode + "\" is not known";
}

}

void register_pad(Table<Op>& table)
{
    table.add({.id = "Pad",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferPad,
               .run = runPad,
               .upgrade = upgradePad,
               .refuse = refusePad});
}

}
