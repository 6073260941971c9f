// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that make tensors from nothing but attributes and sizes.
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};

Tensor attributeTensor(const Node& node, std::string_view key)
{
    const auto found = node.attributes.find(key);
    if (found == node.attributes.end())
        return {};
    const auto* tensor = std::get_if<Tensor>(&found->second);
    if (!tensor)
        failOperator(node, "the attribute \"" + std::string(key) + "\" is not a tensor");
    return *tensor;
}

Tensor constantOf(const Node& node)
{
    if (node.has("value"))
        return attributeTensor(node, "value");
    if (node.has("value_int"))
        return Tensor::scalar(node.integer("value_int", 0));
    if (node.has("value_float"))
        return Tensor::scalar(node.real("value_float", 0));
    if (node.has("value_string"))
        return Tensor::strings(Shape{}, {node.text("value_string", "")});
    if (node.has("value_ints")) {
        const auto values = node.integers("value_ints");
        return Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(values.size())}, std::span(values));
    }
    if (node.has("value_floats")) {
        const auto values = node.reals("value_floats");
        return Tensor::of<float>(Shape{static_cast<std::int64_t>(values.size())}, std::span(values));
    }
    return {};
}

std::vector<ValueInfo> inferConstant(const InferContext& context)
{
    const Tensor value = constantOf(context.node);
    if (value.empty())
        return {ValueInfo{}};
    return {{value.dtype(), value.shape(), value}};
}

std::vector<Tensor> runConstant(const RunContext& context)
{
    return {constantOf(context.node)};
}

std::string refuseConstant(const Node& node)
{
    return constantOf(node).empty() ? "it holds no value of a known kind" : "";
}

/// One float32 zero where the attribute is absent.
Tensor fillValue(const Node& node)
{
    const Tensor value = attributeTensor(node, "value");
    if (value.empty())
        return Tensor::scalar(0.0f);
    if (value.elements() != 1 || value.dtype() == DType::string)
        failOperator(node, "its value must be one number");
    return value.reshaped(Shape{});
}

Shape statedShape(const Node& node, std::vector<std::int64_t> dims)
{
    for (const std::int64_t dim : dims)
        if (dim < 0)
            failOperator(node, "a dimension is " + std::to_string(dim));
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferFill(const InferContext& context)
{
    const DType type = fillValue(context.node).dtype();
    if (const auto dims = context.integers(0))
        return {typed(type, statedShape(context.node, *dims))};
    if (const auto rank = knownLength(context.input(0)); rank && *rank <= 64)
        return {typed(type, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(*rank), Shape::unknown)))};
    return {typeOnly(type)};
}

std::vector<Tensor> runFill(const RunContext& context)
{
    return {filled(statedShape(context.node, context.input(0).toIntegers()), fillValue(context.node))};
}

/// Number of elements of start, start + delta, ... before limit.
std::int64_t rangeLength(const Node& node, double start, double limit, double delta)
{
    const double count = std::ceil((limit - start) / delta);
    if (delta == 0 || !(count < 1e15))
        failOperator(node, "the range has no end");
    return count > 0 ? static_cast<std::int64_t>(count) : 0;
}

std::vector<ValueInfo> inferRange(const InferContext& context)
{
    ValueInfo output = typed(context.input(0).dtype, Shape{Shape::unknown});
    std::array<double, 3> bounds{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (context.input(i).constant.empty())
            return {output};
        if (context.input(i).constant.elements() != 1)
            context.fail("its operands must be single numbers");
        bounds[i] = context.input(i).constant.at(0);
    }
    output.shape = Shape{rangeLength(context.node, bounds[0], bounds[1], bounds[2])};
    return {output};
}

std::vector<Tensor> runRange(const RunContext& context)
{
    const Tensor &start = context.input(0), &limit = context.input(1), &delta = context.input(2);
    if (start.elements() != 1 || limit.elements() != 1 || delta.elements() != 1 || limit.dtype() != start.dtype() ||
        delta.dtype() != start.dtype())
        context.fail("its operands must be single numbers of one type");
    Tensor output(start.dtype(), Shape{rangeLength(context.node, start.at(0), limit.at(0), delta.at(0))});
    visitNumeric(context.node, start.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const T first = start.data<T>()[0], step = delta.data<T>()[0];
        const auto out = output.mutableData<T>();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = wrappingAdd(first, wrappingMul(static_cast<T>(i), step));
    });
    return {output};
}

}

void register_constant(Table<Op>& table)
{
    table.add({.id = "Constant",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferConstant,
               .run = runConstant,
               .refuse = refuseConstant});
    table.add({.id = "ConstantOfShape",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferFill,
               .run = runFill});
    table.add({.id = "Range",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferRange,
               .run = viaFloat32<runRange>});
}

}
