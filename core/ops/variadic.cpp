// SPDX-License-Identifier: GPL-3.0-or-later
// Element-wise functions of any number of operands under broadcasting.
#include <cmath>

#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// Folds the operands from left to right; `finish` is applied to the accumulated value. Float sums are kept in double.
template <typename Fold, typename Finish>
std::vector<Tensor> fold(const RunContext& context, Fold&& combine, Finish&& finish)
{
    if (context.inputs.empty() || context.input(0).empty())
        context.fail("it needs at least one operand");
    const DType type = context.input(0).dtype();
    std::vector<Shape> shapes;
    for (const Tensor& input : context.inputs) {
        if (input.dtype() != type)
            context.fail("the operands' element types differ");
        shapes.push_back(input.shape());
    }
    const Shape shape = broadcastShapes(context.node, shapes);
    return {visitNumeric(context.node, type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;
        Tensor output(type, shape);
        const auto out = output.mutableData<T>();
        std::vector<Sum> sums(out.size());
        for (std::size_t n = 0; n < context.inputs.size(); ++n) {
            const auto in = context.inputs[n].data<T>();
            const std::array strides{broadcastStrides(context.inputs[n].shape(), shape)};
            forEachStrided(shape, strides, [&](std::int64_t i, const auto& at) {
                const auto value = static_cast<Sum>(in[static_cast<std::size_t>(at[0])]);
                Sum& sum = sums[static_cast<std::size_t>(i)];
                sum = n == 0 ? value : combine(sum, value);
            });
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<T>(finish(sums[i]));
        return output;
    })};
}

template <typename T> bool isNan(T value)
{
    if constexpr (std::is_floating_point_v<T>)
        return std::isnan(value);
    else
        return false;
}

constexpr auto asIs = [](auto x) { return x; };

// NaN wins over every number.
std::vector<Tensor> runMin(const RunContext& context)
{
    return fold(context, [](auto a, auto b) { return isNan(a) || a < b ? a : b; }, asIs);
}

std::vector<Tensor> runMax(const RunContext& context)
{
    return fold(context, [](auto a, auto b) { return isNan(a) || a > b ? a : b; }, asIs);
}

std::vector<Tensor> runSum(const RunContext& context)
{
    return fold(context, [](auto a, auto b) { return wrappingAdd(a, b); }, asIs);
}

std::vector<Tensor> runMean(const RunContext& context)
{
    const auto count = static_cast<double>(context.inputs.size());
    return fold(
        context, [](auto a, auto b) { return wrappingAdd(a, b); },
        [=](auto x) { return static_cast<double>(x) / count; });
}

}

void register_variadic(Table<Op>& table)
{
    table.add({.id = "Min", .exactness = Exactness::exact, .infer = inferBroadcast, .run = viaFloat32<runMin>});
    table.add({.id = "Max", .exactness = Exactness::exact, .infer = inferBroadcast, .run = viaFloat32<runMax>});
    table.add({.id = "Sum", .exactness = Exactness::accumulated, .infer = inferBroadcast, .run = viaFloat32<runSum>});
    table.add({.id = "Mean", .exactness = Exactness::accumulated, .infer = inferBroadcast, .run = viaFloat32<runMean>});
}

}
