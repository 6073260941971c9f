// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/bodies.h"

#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

const Graph* findBody(const Node& node, std::string_view key)
{
    const auto found = node.attributes.find(key);
    const auto* body = found == node.attributes.end() ? nullptr : std::get_if<GraphPtr>(&found->second);
    return body ? body->get() : nullptr;
}

const Graph& bodyOf(const Node& node, std::string_view key)
{
    const Graph* body = findBody(node, key);
    if (!body)
        failOperator(node, "it has no graph \"" + std::string(key) + "\"");
    return *body;
}

std::vector<Tensor> runBody(const RunContext& context, const Graph& body, std::span<const Tensor> inputs,
                            std::size_t outputs)
{
    if (!context.bodies)
        context.fail("its body cannot run here");
    if (body.inputs.size() != inputs.size() || body.outputs.size() != outputs)
        context.fail("its body has " + std::to_string(body.inputs.size()) + " inputs and " +
                     std::to_string(body.outputs.size()) + " outputs instead of " + std::to_string(inputs.size()) +
                     " and " + std::to_string(outputs));
    return context.bodies->run(body, inputs);
}

ValueInfo outputInfo(const Graph& body, std::size_t index)
{
    if (index >= body.outputs.size())
        return {};
    const Value& value = body.value(body.outputs[index]);
    return {value.dtype, value.shape, {}};
}

ValueInfo commonInfo(const ValueInfo& a, const ValueInfo& b)
{
    ValueInfo common{a.dtype == DType::undefined ? b.dtype : a.dtype, std::nullopt, {}};
    if (!a.shape || !b.shape || a.shape->rank() != b.shape->rank())
        return common;
    common.shape = a.shape;
    for (int axis = 0; axis < a.shape->rank(); ++axis)
        if ((*a.shape)[axis] != (*b.shape)[axis])
            (*common.shape)[axis] = Shape::unknown;
    return common;
}

ValueInfo withoutContent(const ValueInfo& info)
{
    return {info.dtype, info.shape, {}};
}

std::optional<Shape> withAxis(const Node& node, const std::optional<Shape>& shape, std::int64_t axis, std::int64_t size)
{
    if (!shape)
        return std::nullopt;
    std::vector<std::int64_t> dims = shape->dims();
    dims.insert(dims.begin() + axisOf(node, axis, shape->rank() + 1), size);
    return Shape(std::move(dims));
}

Tensor partAt(const Tensor& tensor, int axis, std::int64_t index)
{
    const Shape& shape = tensor.shape();
    std::vector<std::int64_t> dims = shape.dims();
    dims.erase(dims.begin() + axis);
    Tensor part(tensor.dtype(), Shape(std::move(dims)));
    const std::int64_t inner = shape.elements(axis + 1, shape.rank()), outer = shape.elements(0, axis);
    for (std::int64_t i = 0; i < outer; ++i)
        copyElements(tensor, (i * shape[axis] + index) * inner, part, i * inner, inner);
    return part;
}

Tensor stacked(const Node& node, const std::vector<Tensor>& parts, std::int64_t axis)
{
    const Tensor& first = parts.front();
    const auto count = static_cast<std::int64_t>(parts.size());
    const int at = axisOf(node, axis, first.shape().rank() + 1);
    Tensor result(first.dtype(), *withAxis(node, first.shape(), at, count));
    const std::int64_t inner = first.shape().elements(at, first.shape().rank());
    const std::int64_t outer = first.shape().elements(0, at);
    for (std::int64_t k = 0; k < count; ++k) {
        const Tensor& part = parts[static_cast<std::size_t>(k)];
        if (part.shape() != first.shape() || part.dtype() != first.dtype())
            failOperator(node, "what its body gives changes from " + first.shape().text() + " to " + part.shape().text());
        for (std::int64_t i = 0; i < outer; ++i)
            copyElements(part, i * inner, result, (i * count + k) * inner, inner);
    }
    return result;
}

Tensor stackOfNothing(const Node& node, const ValueInfo& part, std::int64_t axis)
{
    Shape shape = part.shape.value_or(Shape{});
    for (int i = 0; i < shape.rank(); ++i)
        shape[i] = std::max<std::int64_t>(shape[i], 0);
    if (part.dtype == DType::undefined)
        failOperator(node, "the type of what its body gives is not known");
    return Tensor(part.dtype, *withAxis(node, shape, axis, 0));
}

}
