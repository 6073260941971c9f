// SPDX-License-Identifier: GPL-3.0-or-later
// Activations of com.microsoft that add a bias first, and their plain forms.
#include "core/ops/composite.h"
#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"

#include <cmath>

namespace lathe {

namespace {

const std::string microsoft = "com.microsoft";

/// Gelu by tanh (Hendrycks and Gimpel, arXiv 1606.08415).
std::vector<Tensor> runFastGelu(const RunContext& context)
{
    if (!context.input(1).empty())
        return runComposite(context);
    return {mapFloats(context.node, context.input(0), [](double x) {
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    })};
}

std::vector<Tensor> runQuickGelu(const RunContext& context)
{
    const double alpha = context.node.real("alpha", 1.702f);
    return {
        mapFloats(context.node, context.input(0), [=](double x) { return x / (1 + std::exp(-alpha * x)); })};
}

Expansion expandBiasGelu(const InferContext& context)
{
    ExpansionBuilder b(context);
    b.output(0, b.add("Gelu", {b.plus(b.in(0), 1)}, {}, microsoft));
    return b.finish();
}

/// Without a bias it is a plain activation and stays.
Expansion expandFastGelu(const InferContext& context)
{
    if (!context.input(1).present())
        return {};
    ExpansionBuilder b(context);
    b.output(0, b.add("FastGelu", {b.plus(b.in(0), 1)}, {}, microsoft));
    return b.finish();
}

/// (x + bias) + skip.
Expansion expandBiasAdd(const InferContext& context)
{
    ExpansionBuilder b(context);
    b.output(0, b.plus(b.plus(b.in(0), 1), 2));
    return b.finish();
}

/// With h = x + bias cut in two along the last axis: left * Gelu(right).
Expansion expandBiasSplitGelu(const InferContext& context)
{
    ExpansionBuilder b(context);
    const std::vector<ValueId> halves =
        b.addMany("Split", {b.plus(b.in(0), 1)}, 2, {{"axis", std::int64_t{-1}}});
    b.output(0, b.add("Mul", {halves[0], b.add("Gelu", {halves[1]}, {}, microsoft)}));
    return b.finish();
}

void addActivation(Table<Op>& table, const char* name, RunFunction run)
{
    table.add(
        {.id = microsoft + "::" + name, .exactness = Exactness::approximate, .infer = inferSame, .run = run});
}

void addComposite(Table<Op>& table, const char* name, Expansion (*expand)(const InferContext&),
                  Exactness exactness)
{
    table.add({.id = microsoft + "::" + name,
               .exactness = exactness,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expand});
}

}

void register_biased(Table<Op>& table)
{
    addActivation(table, "QuickGelu", viaFloat32<runQuickGelu>);
    table.add({.id = microsoft + "::FastGelu",
               .exactness = Exactness::approximate,
               .infer = inferSame,
               .run = viaFloat32<runFastGelu>,
               .expand = expandFastGelu});
    addComposite(table, "BiasGelu", expandBiasGelu, Exactness::approximate);
    addComposite(table, "BiasAdd", expandBiasAdd, Exactness::rounded);
    addComposite(table, "BiasSplitGelu", expandBiasSplitGelu, Exactness::approximate);
}

}
