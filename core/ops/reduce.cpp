// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

Shape reducedShape(const Shape& shape, const std::vector<bool>& reduced, bool keepDims)
{
    std::vector<std::int64_t> dims;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        if (!reduced[static_cast<std::size_t>(axis)])
            dims.push_back(shape[axis]);
        else if (keepDims)
            dims.push_back(1);
    }
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferReduce(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    const bool keepDims = context.node.integer("keepdims", 1) != 0;
    const auto axes = knownAxes(context, 1);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    if (axes)
        return {typed(input.dtype, reducedShape(*input.shape, reducedAxes(context.node, *axes, input.shape->rank()), keepDims))};
    if (!keepDims)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()), Shape::unknown)))};
}

/// Integer sums wrap; results of functions like sqrt saturate.
template <typename T, typename Result> T asElement(Result result)
{
    if constexpr (std::is_floating_point_v<Result>)
        return toElement<T>(result);
    else
        return static_cast<T>(result);
}

/// fn(span of elements) for each output element.
template <typename Fn> std::vector<Tensor> reduce(const RunContext& context, Fn&& fn)
{
    const Tensor& input = context.input(0);
    const std::vector<std::int64_t> axes = runAxes(context, 1);
    const std::vector<bool> reduced = reducedAxes(context.node, axes, input.shape().rank());
    std::vector<int> perm;
    for (const bool wanted : {false, true})
        for (int axis = 0; axis < input.shape().rank(); ++axis)
            if (reduced[static_cast<std::size_t>(axis)] == wanted)
                perm.push_back(axis);
    const Tensor rows = transposed(input, perm);
    const Shape shape = reducedShape(input.shape(), reduced, context.node.integer("keepdims", 1) != 0);
    Tensor output(input.dtype(), shape);
    const std::int64_t kept = reducedShape(input.shape(), reduced, false).rank();
    const auto size = static_cast<std::size_t>(rows.shape().elements(static_cast<int>(kept), rows.shape().rank()));
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = asElement<T>(fn(rows.data<T>().subspan(i * size, size)));
    });
    return {output};
}

template <typename Span> using ElementOf = std::remove_const_t<typename std::remove_reference_t<Span>::element_type>;

/// The sum of term(x) over the elements, in double or 64-bit integers.
template <typename Span, typename Term> auto sumOf(const Span& values, Term&& term)
{
    using Acc = Accumulator<ElementOf<Span>>;
    Acc sum{0};
    for (const auto value : values)
        sum = wrappingAdd(sum, static_cast<Acc>(term(static_cast<Acc>(value))));
    return sum;
}

constexpr auto plain = [](auto x) { return x; };
constexpr auto square = [](auto x) { return wrappingMul(x, x); };
constexpr auto magnitude = [](auto x) { return x < 0 ? wrappingSub(decltype(x){0}, x) : x; };

std::vector<Tensor> runSum(const RunContext& context)
{
    return reduce(context, [](const auto& values) { return sumOf(values, plain); });
}

std::vector<Tensor> runMean(const RunContext& context)
{
    return reduce(context, [](const auto& values) {
        using Acc = Accumulator<ElementOf<decltype(values)>>;
        const auto count = static_cast<Acc>(values.size());
        return values.empty() && std::is_integral_v<Acc> ? Acc{0} : static_cast<Acc>(sumOf(values, plain) / count);
    });
}

std::vector<Tensor> runSumSquare(const RunContext& context)
{
    return reduce(context, [](const auto& values) { return sumOf(values, square); });
}

std::vector<Tensor> runL1(const RunContext& context)
{
    return reduce(context, [](const auto& values) { return sumOf(values, magnitude); });
}

std::vector<Tensor> runL2(const RunContext& context)
{
    return reduce(context, [](const auto& values) { return std::sqrt(static_cast<double>(sumOf(values, square))); });
}

std::vector<Tensor> runLogSum(const RunContext& context)
{
    return reduce(context, [](const auto& values) { return std::log(static_cast<double>(sumOf(values, plain))); });
}

std::vector<Tensor> runLogSumExp(const RunContext& context)
{
    return reduce(context, [](const auto& values) {
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (const auto value : values)
            top = std::max(top, static_cast<double>(value));
        if (!std::isfinite(top))
            return top;
        for (const auto value : values)
            sum += std::exp(static_cast<double>(value) - top);
        return top + std::log(sum);
    });
}

std::vector<Tensor> runProd(const RunContext& context)
{
    return reduce(context, [](const auto& values) {
        using Acc = Accumulator<ElementOf<decltype(values)>>;
        Acc product{1};
        for (const auto value : values)
            product = wrappingMul(product, static_cast<Acc>(value));
        return product;
    });
}

std::vector<Tensor> runMax(const RunContext& context)
{
    return reduce(context, [](const auto& values) {
        using T = ElementOf<decltype(values)>;
        auto best = static_cast<T>(std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                                               : std::numeric_limits<T>::lowest());
        for (const auto value : values)
            if (value > best || value != value)
                best = value;
        return best;
    });
}

std::vector<Tensor> runMin(const RunContext& context)
{
    return reduce(context, [](const auto& values) {
        using T = ElementOf<decltype(values)>;
        auto best = static_cast<T>(std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                                               : std::numeric_limits<T>::max());
        for (const auto value : values)
            if (value < best || value != value)
                best = value;
        return best;
    });
}

/// Booleans are taken as 0 and 1 (opset 20).
template <RunFunction run> std::vector<Tensor> viaBytes(const RunContext& context)
{
    if (context.input(0).dtype() != DType::boolean)
        return run(context);
    std::vector<Tensor> operands(context.inputs.begin(), context.inputs.end());
    operands[0] = operands[0].converted(DType::uint8);
    return {run({context.node, operands, context.opset, context.control}).at(0).converted(DType::boolean)};
}

/// Opset 13 has ReduceSum's axes as an operand; the others follow in opset 18 and are taken in either form.
void upgradeSum(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset < 13)
        attributeToOperand(graph, node, "axes", 1);
}

void addReduce(Table<Op>& table, const char* id, RunFunction run, Exactness exactness,
               OpTraits::Kind kind = OpTraits::Kind::computing)
{
    table.add({.id = id, .traits = {.kind = kind}, .exactness = exactness, .infer = inferReduce, .run = run});
}

}

void register_reduce(Table<Op>& table)
{
    table.add({.id = "ReduceSum",
               .exactness = Exactness::accumulated,
               .infer = inferReduce,
               .run = viaFloat32<runSum>,
               .upgrade = upgradeSum});
    addReduce(table, "ReduceMean", viaFloat32<runMean>, Exactness::accumulated);
    addReduce(table, "ReduceSumSquare", viaFloat32<runSumSquare>, Exactness::accumulated);
    addReduce(table, "ReduceL1", viaFloat32<runL1>, Exactness::accumulated);
    addReduce(table, "ReduceL2", viaFloat32<runL2>, Exactness::accumulated);
    addReduce(table, "ReduceLogSum", viaFloat32<runLogSum>, Exactness::approximate);
    addReduce(table, "ReduceLogSumExp", viaFloat32<runLogSumExp>, Exactness::approximate);
    addReduce(table, "ReduceProd", viaFloat32<runProd>, Exactness::accumulated);
    addReduce(table, "ReduceMax", viaFloat32<viaBytes<runMax>>, Exactness::exact, OpTraits::Kind::moving);
    addReduce(table, "ReduceMin", viaFloat32<viaBytes<runMin>>, Exactness::exact, OpTraits::Kind::moving);
}

}
