// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons, boolean functions and Where.
#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

template <typename Fn> std::vector<Tensor> comparePairs(const RunContext& context, Fn&& fn)
{
    const Tensor& a = context.input(0);
    if (a.dtype() == DType::boolean)
        return {mapPairs<bool, bool>(context.node, a, context.input(1), DType::boolean, fn)};
    return {visitNumeric(context.node, a.dtype(), [&](auto tag) {
        return mapPairs<typename decltype(tag)::type, bool>(context.node, a, context.input(1), DType::boolean, fn);
    })};
}

/// Texts are compared in opset 19.
Tensor equalTexts(const RunContext& context)
{
    const Tensor &a = context.input(0), &b = context.input(1);
    if (b.dtype() != DType::string)
        context.fail("the operands' element types differ");
    const std::array shapes{a.shape(), b.shape()};
    Tensor result(DType::boolean, broadcastShapes(context.node, shapes));
    const auto out = result.mutableData<bool>();
    const std::array strides{broadcastStrides(a.shape(), result.shape()), broadcastStrides(b.shape(), result.shape())};
    forEachStrided(result.shape(), strides, [&](std::int64_t i, const auto& at) {
        out[static_cast<std::size_t>(i)] =
            a.stringData()[static_cast<std::size_t>(at[0])] == b.stringData()[static_cast<std::size_t>(at[1])];
    });
    return result;
}

std::vector<Tensor> runEqual(const RunContext& context)
{
    if (context.input(0).dtype() == DType::string)
        return {equalTexts(context)};
    return comparePairs(context, [](auto a, auto b) { return a == b; });
}

std::vector<Tensor> runGreater(const RunContext& context)
{
    return comparePairs(context, [](auto a, auto b) { return a > b; });
}

std::vector<Tensor> runLess(const RunContext& context)
{
    return comparePairs(context, [](auto a, auto b) { return a < b; });
}

std::vector<Tensor> runGreaterOrEqual(const RunContext& context)
{
    return comparePairs(context, [](auto a, auto b) { return a >= b; });
}

std::vector<Tensor> runLessOrEqual(const RunContext& context)
{
    return comparePairs(context, [](auto a, auto b) { return a <= b; });
}

template <typename Fn> std::vector<Tensor> combineBooleans(const RunContext& context, Fn&& fn)
{
    return {mapPairs<bool, bool>(context.node, context.input(0), context.input(1), DType::boolean, fn)};
}

std::vector<Tensor> runAnd(const RunContext& context)
{
    return combineBooleans(context, [](bool a, bool b) { return a && b; });
}

std::vector<Tensor> runOr(const RunContext& context)
{
    return combineBooleans(context, [](bool a, bool b) { return a || b; });
}

std::vector<Tensor> runXor(const RunContext& context)
{
    return combineBooleans(context, [](bool a, bool b) { return a != b; });
}

std::vector<Tensor> runNot(const RunContext& context)
{
    Tensor output = context.input(0);
    for (bool& value : output.mutableData<bool>())
        value = !value;
    return {output};
}

std::vector<Tensor> runWhere(const RunContext& context)
{
    const Tensor &condition = context.input(0), &a = context.input(1), &b = context.input(2);
    if (a.dtype() != b.dtype() || a.dtype() == DType::string)
        context.fail("the two choices must have the same numeric type");
    const std::array shapes{condition.shape(), a.shape(), b.shape()};
    const Shape shape = broadcastShapes(context.node, shapes);
    const Tensor no = stridedCopy(b, shape, broadcastStrides(b.shape(), shape));
    Tensor output = stridedCopy(a, shape, broadcastStrides(a.shape(), shape));
    const auto choose = condition.data<bool>();
    forEachStrided(shape, std::array{broadcastStrides(condition.shape(), shape)}, [&](std::int64_t i, const auto& at) {
        if (!choose[static_cast<std::size_t>(at[0])])
            copyElements(no, i, output, i, 1);
    });
    return {output};
}

std::vector<ValueInfo> inferWhere(const InferContext& context)
{
    const DType type = context.input(1).dtype != DType::undefined ? context.input(1).dtype : context.input(2).dtype;
    return {{type, broadcastInputs(context, 0, 3), {}}};
}

void addQuestion(Table<Op>& table, const char* id, RunFunction run)
{
    table.add({.id = id,
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .infer = inferBroadcastBoolean,
               .run = run});
}

}

void register_logic(Table<Op>& table)
{
    addQuestion(table, "Equal", viaFloat32<runEqual>);
    addQuestion(table, "Greater", viaFloat32<runGreater>);
    addQuestion(table, "Less", viaFloat32<runLess>);
    addQuestion(table, "GreaterOrEqual", viaFloat32<runGreaterOrEqual>);
    addQuestion(table, "LessOrEqual", viaFloat32<runLessOrEqual>);
    addQuestion(table, "And", runAnd);
    addQuestion(table, "Or", runOr);
    addQuestion(table, "Xor", runXor);
    addQuestion(table, "Not", runNot);
    table.add({.id = "Where",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .infer = inferWhere,
               .run = runWhere});
}

}
