// SPDX-License-Identifier: GPL-3.0-or-later
// Activation functions with parameters in attributes.
#include <cmath>

#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::vector<Tensor> runLeakyRelu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 0.01f);
    return {mapFloats(context.node, context.input(0), [=](double x) { return x < 0 ? alpha * x : x; })};
}

std::vector<Tensor> runThresholdedRelu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 1.0f);
    return {mapFloats(context.node, context.input(0), [=](double x) { return x > alpha ? x : 0.0; })};
}

std::vector<Tensor> runHardSigmoid(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 0.2f), beta = context.node.real("beta", 0.5f);
    return {mapFloats(context.node, context.input(0),
                      [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); })};
}

std::vector<Tensor> runElu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 1.0f);
    return {mapFloats(context.node, context.input(0), [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; })};
}

std::vector<Tensor> runSelu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 1.67326319217681884765625f);
    const double gamma = context.node.real("gamma", 1.05070102214813232421875f);
    return {mapFloats(context.node, context.input(0),
                      [=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); })};
}

std::vector<Tensor> runCelu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 1.0f);
    return {mapFloats(context.node, context.input(0), [=](double x) {
        return std::max(0.0, x) + std::min(0.0, alpha * std::expm1(x / alpha));
    })};
}

std::vector<Tensor> runShrink(const RunContext& context)
{
    const double bias = context.node.real("bias", 0.0f), lambda = context.node.real("lambd", 0.5f);
    return {mapFloats(context.node, context.input(0),
                      [=](double x) { return x < -lambda ? x + bias : x > lambda ? x - bias : 0.0; })};
}

std::vector<Tensor> runGelu(const RunContext& context)
{
    const bool tanhForm = context.node.text("approximate", "none") == "tanh";
    return {mapFloats(context.node, context.input(0), [=](double x) {
        const double inner = tanhForm ? std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))
                                      : std::erf(x / std::sqrt(2.0));
        return 0.5 * x * (1 + inner);
    })};
}

void addActivation(Table<Op>& table, const char* id, Exactness exactness, RunFunction run)
{
    table.add({.id = id, .exactness = exactness, .infer = inferSame, .run = run});
}

}

void register_activation(Table<Op>& table)
{
    addActivation(table, "LeakyRelu", Exactness::rounded, viaFloat32<runLeakyRelu>);
    addActivation(table, "ThresholdedRelu", Exactness::exact, viaFloat32<runThresholdedRelu>);
    addActivation(table, "HardSigmoid", Exactness::approximate, viaFloat32<runHardSigmoid>);
    addActivation(table, "Elu", Exactness::approximate, viaFloat32<runElu>);
    addActivation(table, "Selu", Exactness::approximate, viaFloat32<runSelu>);
    addActivation(table, "Celu", Exactness::approximate, viaFloat32<runCelu>);
    addActivation(table, "Shrink", Exactness::rounded, viaFloat32<runShrink>);
    addActivation(table, "Gelu", Exactness::approximate, viaFloat32<runGelu>);
    addActivation(table, "com.microsoft::Gelu", Exactness::approximate, viaFloat32<runGelu>);
}

}
