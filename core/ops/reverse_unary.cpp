// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of functions of one number: the gradient times the derivative.
#include <cmath>
#include <limits>

#include "core/ops/dispatch.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// slope(x, y) is the derivative of y at x.
template <typename Slope>
std::vector<Tensor> reverseEach(const ReverseContext& context, Slope&& slope)
{
    const Tensor& input = context.input(0);
    std::vector<Tensor> result(context.inputs.size());
    if (!context.wants(0))
        return result;
    result[0] = visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor at(input.dtype(), input.shape());
        const auto to = at.mutableData<T>();
        const auto x = input.data<T>(), y = context.outputs[0].data<T>(),
                   gradient = context.gradients[0].data<T>();
        for (std::size_t i = 0; i < x.size(); ++i)
            to[i] = static_cast<T>(static_cast<double>(gradient[i]) *
                                   slope(static_cast<double>(x[i]), static_cast<double>(y[i])));
        return at;
    });
    return result;
}

template <double (*slope)(double x, double y)>
std::vector<Tensor> reverseUnary(const ReverseContext& context)
{
    return reverseEach(context, slope);
}

template <double (*slope)(double x, double y)>
void addUnary(Table<Reverse>& table, const char* id)
{
    table.add({.id = id, .vjp = reverseUnary<slope>});
}

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

double ofRelu(double x, double)
{
    return x > 0 ? 1 : 0;
}
double ofSigmoid(double, double y)
{
    return y * (1 - y);
}
double ofTanh(double, double y)
{
    return 1 - y * y;
}
double ofExp(double, double y)
{
    return y;
}
double ofLog(double x, double)
{
    return 1 / x;
}
double ofSqrt(double, double y)
{
    return 0.5 / y;
}
double ofReciprocal(double, double y)
{
    return -y * y;
}
double ofNeg(double, double)
{
    return -1;
}
double ofAbs(double x, double)
{
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}
double ofSoftplus(double x, double)
{
    return logistic(x);
}
double ofErf(double x, double)
{
    return 2 / std::sqrt(M_PI) * std::exp(-x * x);
}
double ofHardSwish(double x, double)
{
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
}

double ofMish(double x, double)
{
    const double inner = std::tanh(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))));
    return inner + x * (1 - inner * inner) * logistic(x);
}

std::vector<Tensor> reverseClip(const ReverseContext& context)
{
    const auto bound = [&](std::size_t operand, double fallback) {
        const Tensor& tensor = context.input(operand);
        return tensor.empty() ? fallback : tensor.at(0);
    };
    const double infinity = std::numeric_limits<double>::infinity();
    const double low = bound(1, -infinity), high = bound(2, infinity);
    return reverseEach(context, [=](double x, double) { return x > low && x < high ? 1.0 : 0.0; });
}

std::vector<Tensor> reverseLeakyRelu(const ReverseContext& context)
{
    const double alpha = double{context.node.real("alpha", 0.01F)};
    return reverseEach(context, [=](double x, double) { return x < 0 ? alpha : 1.0; });
}

std::vector<Tensor> reverseHardSigmoid(const ReverseContext& context)
{
    const double alpha = double{context.node.real("alpha", 0.2F)};
    return reverseEach(context, [=](double, double y) { return y > 0 && y < 1 ? alpha : 0.0; });
}

std::vector<Tensor> reverseElu(const ReverseContext& context)
{
    const double alpha = double{context.node.real("alpha", 1.0F)};
    return reverseEach(context, [=](double x, double y) { return x < 0 ? y + alpha : 1.0; });
}

std::vector<Tensor> reverseGelu(const ReverseContext& context)
{
    if (context.node.text("approximate", "none") != "tanh")
        return reverseEach(context, [](double x, double) {
            return 0.5 * (1 + std::erf(x / std::sqrt(2.0))) + x * std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
        });
    constexpr double cubic = 0.044715;
    return reverseEach(context, [](double x, double) {
        const double outer = std::sqrt(2 / M_PI);
        const double inner = std::tanh(outer * (x + cubic * x * x * x));
        return 0.5 * (1 + inner) + 0.5 * x * (1 - inner * inner) * outer * (1 + 3 * cubic * x * x);
    });
}

}

void register_reverse_unary(Table<Reverse>& table)
{
    addUnary<ofRelu>(table, "Relu");
    table.add({.id = "Clip", .vjp = reverseClip});
    table.add({.id = "LeakyRelu", .vjp = reverseLeakyRelu});
    addUnary<ofSigmoid>(table, "Sigmoid");
    addUnary<ofTanh>(table, "Tanh");
    addUnary<ofHardSwish>(table, "HardSwish");
    table.add({.id = "HardSigmoid", .vjp = reverseHardSigmoid});
    table.add({.id = "Elu", .vjp = reverseElu});
    addUnary<ofErf>(table, "Erf");
    table.add({.id = "Gelu", .vjp = reverseGelu});
    table.add({.id = "com.microsoft::Gelu", .vjp = reverseGelu});
    addUnary<ofSqrt>(table, "Sqrt");
    addUnary<ofExp>(table, "Exp");
    addUnary<ofLog>(table, "Log");
    addUnary<ofReciprocal>(table, "Reciprocal");
    addUnary<ofNeg>(table, "Neg");
    addUnary<ofAbs>(table, "Abs");
    addUnary<ofSoftplus>(table, "Softplus");
    addUnary<ofMish>(table, "Mish");
}

}
