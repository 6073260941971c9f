// SPDX-License-Identifier: GPL-3.0-or-later
// SkipLayerNormalization, SkipSimplifiedLayerNormalization and EmbedLayerNormalization of com.microsoft, and
// the SimplifiedLayerNormalization (root mean square, Zhang and Sennrich, arXiv 1910.07467) that ONNX Runtime
// adds to ai.onnx.
#include "core/ops/composite.h"

namespace lathe {

namespace {

const std::string microsoft = "com.microsoft";
/// What ONNX Runtime adds where nothing is stated; its SimplifiedLayerNormalization has ONNX's 1e-5.
constexpr float skipEpsilon = 1e-12f;

Attributes epsilonOf(const Node& node, float fallback)
{
    return {{"epsilon", node.real("epsilon", fallback)}, {"axis", node.integer("axis", -1)}};
}

/// x / sqrt(mean(x^2) + epsilon) * scale, and the inverse root itself.
struct Scaled
{
    ValueId result, inverseRoot;
};

Scaled rootMeanSquare(ExpansionBuilder& b, float epsilon, ValueId x, ValueId scale)
{
    const ValueId mean =
        b.add("ReduceMean", {b.add("Mul", {x, x})}, {{"axes", std::vector<std::int64_t>{-1}}});
    const ValueId shifted = b.add("Add", {mean, b.real(static_cast<double>(epsilon))});
    const ValueId inverse = b.add("Reciprocal", {b.add("Sqrt", {shifted})});
    return {b.add("Mul", {b.add("Mul", {x, inverse}), scale}), inverse};
}

Expansion expandSimplified(const InferContext& context)
{
    const Node& node = context.node;
    const std::int64_t axis = node.integer("axis", -1);
    if (!context.input(0).shape)
        return {};
    if (axis != -1 && axis != context.input(0).shape->rank() - 1)
        return notExpanded("it normalizes more than the last axis");
    ExpansionBuilder b(context);
    const Scaled scaled = rootMeanSquare(b, node.real("epsilon", 1e-5f), b.in(0), b.in(1));
    b.output(0, scaled.result);
    b.output(1, scaled.inverseRoot);
    return b.finish();
}

/// Operands: input, skip, gamma, then beta and bias (or bias alone in the simplified form). Outputs: result,
/// mean, inverse deviation, and the sum that was normalized.
Expansion expandSkip(const InferContext& context)
{
    ExpansionBuilder b(context);
    const ValueId sum = b.plus(b.add("Add", {b.in(0), b.in(1)}), 4);
    const std::vector<ValueId> results =
        b.addMany("LayerNormalization", {sum, b.in(2), b.in(3)}, 3, epsilonOf(context.node, skipEpsilon));
    for (std::size_t i = 0; i < results.size(); ++i)
        b.output(i, results[i]);
    b.output(3, sum);
    return b.finish();
}

Expansion expandSkipSimplified(const InferContext& context)
{
    ExpansionBuilder b(context);
    const ValueId sum = b.plus(b.add("Add", {b.in(0), b.in(1)}), 3);
    const Scaled scaled = rootMeanSquare(b, context.node.real("epsilon", skipEpsilon), sum, b.in(2));
    b.output(0, scaled.result);
    b.output(2, scaled.inverseRoot);
    b.output(3, sum);
    return b.finish();
}

/// Number of tokens that the mask keeps, by row; zeros without a mask.
ValueId maskIndex(ExpansionBuilder& b)
{
    constexpr std::int64_t int32 = 6;
    if (b.has(7))
        return b.add("ReduceSum", {b.in(7), b.integers({1})}, {{"keepdims", std::int64_t{0}}});
    const ValueId rows = b.add("Gather", {b.add("Shape", {b.in(0)}), b.integers({0})});
    return b.add("Cast", {b.add("ConstantOfShape", {rows})}, {{"to", int32}});
}

/// Positions 0, 1 ... of a row of tokens [B, S].
ValueId defaultPositions(ExpansionBuilder& b)
{
    const ValueId length =
        b.add("Gather", {b.add("Shape", {b.in(0)}), b.constant(Tensor::scalar(std::int64_t{1}))});
    return b.add("Range", {b.constant(Tensor::scalar(std::int64_t{0})), length,
                           b.constant(Tensor::scalar(std::int64_t{1}))});
}

/// Operands: token ids, segment ids, the tables of words, positions and segments, gamma, beta, mask, position
/// ids.
Expansion expandEmbed(const InferContext& context)
{
    ExpansionBuilder b(context);
    const ValueId words = b.add("Gather", {b.in(2), b.in(0)});
    const ValueId positions = b.add("Gather", {b.in(3), b.has(8) ? b.in(8) : defaultPositions(b)});
    ValueId sum = b.add("Add", {words, positions});
    if (b.has(1) && b.has(4))
        sum = b.add("Add", {sum, b.add("Gather", {b.in(4), b.in(1)})});
    b.output(0, b.add("LayerNormalization", {sum, b.in(5), b.in(6)}, epsilonOf(context.node, skipEpsilon)));
    if (b.wantsOutput(1))
        b.output(1, maskIndex(b));
    b.output(2, sum);
    return b.finish();
}

void addComposite(Table<Op>& table, std::string id, Expansion (*expand)(const InferContext&))
{
    table.add({.id = std::move(id),
               .exactness = Exactness::accumulated,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expand});
}

}

void register_skip_normalization(Table<Op>& table)
{
    addComposite(table, "SimplifiedLayerNormalization", expandSimplified);
    addComposite(table, microsoft + "::SkipLayerNormalization", expandSkip);
    addComposite(table, microsoft + "::SkipSimplifiedLayerNormalization", expandSkipSimplified);
    addComposite(table, microsoft + "::EmbedLayerNormalization", expandEmbed);
}

}
