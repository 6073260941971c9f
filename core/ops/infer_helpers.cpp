// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"

#include <algorithm>
#include <string>

#include "core/base/checked.h"
#include "core/ops/broadcast.h"

namespace lathe {

ValueInfo typeOnly(DType type)
{
    return {type, std::nullopt, {}};
}

ValueInfo typed(DType type, Shape shape)
{
    return {type, std::move(shape), {}};
}

std::vector<ValueInfo> inferSame(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    return {{input.dtype, input.shape, {}}};
}

std::optional<Shape> broadcastInputs(const InferContext& context, std::size_t first, std::size_t last)
{
    std::vector<Shape> shapes;
    for (std::size_t i = first; i < last; ++i) {
        if (!context.input(i).shape)
            return std::nullopt;
        shapes.push_back(*context.input(i).shape);
    }
    return broadcastShapes(context.node, shapes);
}

namespace {

DType firstKnownType(const InferContext& context)
{
    for (const ValueInfo& info : context.inputs)
        if (info.dtype != DType::undefined)
            return info.dtype;
    return DType::undefined;
}

}

std::vector<ValueInfo> inferBroadcast(const InferContext& context)
{
    return {{firstKnownType(context), broadcastInputs(context, 0, context.inputs.size()), {}}};
}

std::vector<ValueInfo> inferBroadcastBoolean(const InferContext& context)
{
    return {{DType::boolean, broadcastInputs(context, 0, context.inputs.size()), {}}};
}

int axisOf(const Node& node, std::int64_t axis, int rank)
{
    if (axis < -rank || axis >= rank)
        failOperator(node, "axis " + std::to_string(axis) + " is outside a tensor of rank " + std::to_string(rank));
    return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int> axesOf(const Node& node, std::span<const std::int64_t> axes, int rank)
{
    std::vector<int> result;
    for (const std::int64_t axis : axes) {
        const int at = axisOf(node, axis, rank);
        if (std::find(result.begin(), result.end(), at) != result.end())
            failOperator(node, "axis " + std::to_string(axis) + " is named twice");
        result.push_back(at);
    }
    return result;
}

std::int64_t boundedInteger(const Node& node, std::string_view key, std::int64_t fallback, std::int64_t low,
                            std::int64_t high)
{
    const std::int64_t value = node.integer(key, fallback);
    if (value < low || value > high)
        failOperator(node, std::string(key) + " is " + std::to_string(value) + ", outside " + std::to_string(low) +
                               " to " + std::to_string(high));
    return value;
}

std::vector<std::int64_t> boundedIntegers(const Node& node, std::string_view key, std::size_t count,
                                          std::int64_t fallback, std::int64_t low, std::int64_t high)
{
    std::vector<std::int64_t> values = node.integers(key);
    if (values.empty())
        values.assign(count, fallback);
    if (values.size() != count)
        failOperator(node, std::string(key) + " has " + std::to_string(values.size()) + " values, but " +
                               std::to_string(count) + " are needed");
    for (const std::int64_t value : values)
        if (value < low || value > high)
            failOperator(node, std::string(key) + " holds " + std::to_string(value) + ", outside " +
                                   std::to_string(low) + " to " + std::to_string(high));
    return values;
}

std::optional<std::vector<std::int64_t>> knownAxes(const InferContext& context, std::size_t operand)
{
    if (context.input(operand).present())
        return context.integers(operand);
    return context.node.integers("axes");
}

std::vector<std::int64_t> runAxes(const RunContext& context, std::size_t operand)
{
    if (!context.input(operand).empty())
        return context.input(operand).toIntegers();
    return context.node.integers("axes");
}

std::vector<bool> reducedAxes(const Node& node, std::span<const std::int64_t> axes, int rank)
{
    const bool all = axes.empty() && node.integer("noop_with_empty_axes", 0) == 0;
    std::vector<bool> reduced(static_cast<std::size_t>(rank), all);
    for (const int axis : axesOf(node, axes, rank))
        reduced[static_cast<std::size_t>(axis)] = true;
    return reduced;
}

std::optional<std::int64_t> knownLength(const ValueInfo& info)
{
    if (!info.constant.empty())
        return info.constant.elements();
    if (info.shape && info.shape->rank() == 1 && (*info.shape)[0] >= 0)
        return (*info.shape)[0];
    return std::nullopt;
}

std::int64_t productOrZero(std::span<const std::int64_t> factors)
{
    std::int64_t product = 1;
    for (const std::int64_t factor : factors) {
        const auto next = checkedMul(product, factor);
        if (!next)
            return 0;
        product = *next;
    }
    return product;
}

}
