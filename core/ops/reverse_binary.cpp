// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of functions of several operands under broadcasting.
#include <cmath>

#include "core/ops/broadcast.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// Derivatives of the result by the left and the right operand.
struct Slopes
{
    double left, right;
};

/// A repeated element gets the sum of the gradients of all places where it stands.
template <Slopes (*slopes)(double a, double b)>
std::vector<Tensor> reversePairs(const ReverseContext& context)
{
    const Tensor &left = context.input(0), &right = context.input(1);
    const Shape& shape = context.outputs[0].shape();
    const std::vector<double> a = realsOf(left), b = realsOf(right), gradient = onlyGradient(context);
    std::vector<double> atA(a.size(), 0.0), atB(b.size(), 0.0);
    forEachStrided(
        shape, std::array{broadcastStrides(left.shape(), shape), broadcastStrides(right.shape(), shape)},
        [&](std::int64_t i, const auto& offsets) {
            const auto l = static_cast<std::size_t>(offsets[0]), r = static_cast<std::size_t>(offsets[1]);
            const Slopes slope = slopes(a[l], b[r]);
            atA[l] += gradient[static_cast<std::size_t>(i)] * slope.left;
            atB[r] += gradient[static_cast<std::size_t>(i)] * slope.right;
        });
    std::vector<Tensor> result(context.inputs.size());
    if (context.wants(0))
        result[0] = tensorLike(left, atA);
    if (context.wants(1))
        result[1] = tensorLike(right, atB);
    return result;
}

Slopes ofAdd(double, double)
{
    return {1, 1};
}
Slopes ofSub(double, double)
{
    return {1, -1};
}
Slopes ofMul(double a, double b)
{
    return {b, a};
}
Slopes ofDiv(double a, double b)
{
    return {1 / b, -a / (b * b)};
}
Slopes ofPRelu(double x, double slope)
{
    return {x < 0 ? slope : 1.0, x < 0 ? x : 0.0};
}

/// The exponent's derivative is only there for positive bases.
Slopes ofPow(double a, double b)
{
    return {b == 0 ? 0.0 : b * std::pow(a, b - 1), a > 0 ? std::pow(a, b) * std::log(a) : 0.0};
}

/// Max and Min of any number of operands: to the first one that is the result.
std::vector<Tensor> reverseExtreme(const ReverseContext& context)
{
    const Shape& shape = context.outputs[0].shape();
    const std::vector<double> y = realsOf(context.outputs[0]), gradient = onlyGradient(context);
    std::vector<char> taken(y.size(), 0);
    std::vector<Tensor> result(context.inputs.size());
    for (std::size_t operand = 0; operand < context.inputs.size(); ++operand) {
        const Tensor& input = context.input(operand);
        const std::vector<double> x = realsOf(input);
        std::vector<double> at(x.size(), 0.0);
        forEachStrided(shape, std::array{broadcastStrides(input.shape(), shape)},
                       [&](std::int64_t i, const auto& offsets) {
                           const auto element = static_cast<std::size_t>(i),
                                      from = static_cast<std::size_t>(offsets[0]);
                           if (taken[element] != 0 || x[from] != y[element])
                               return;
                           taken[element] = 1;
                           at[from] += gradient[element];
                       });
        if (context.wants(operand))
            result[operand] = tensorLike(input, at);
    }
    return result;
}

}

void register_reverse_binary(Table<Reverse>& table)
{
    table.add({.id = "Add", .vjp = reversePairs<ofAdd>, .operands = 2});
    table.add({.id = "Sub", .vjp = reversePairs<ofSub>, .operands = 2});
    table.add({.id = "Mul", .vjp = reversePairs<ofMul>, .operands = 2});
    table.add({.id = "Div", .vjp = reversePairs<ofDiv>, .operands = 2});
    table.add({.id = "Pow", .vjp = reversePairs<ofPow>, .operands = 2});
    table.add({.id = "PRelu", .vjp = reversePairs<ofPRelu>, .operands = 2});
    constexpr int everyOperand = 1 << 20;
    table.add({.id = "Max", .vjp = reverseExtreme, .operands = everyOperand});
    table.add({.id = "Min", .vjp = reverseExtreme, .operands = everyOperand});
}

}
