// SPDX-License-Identifier: GPL-3.0-or-later
// RotaryEmbedding of com.microsoft (Su et al., arXiv 2104.09864), written out.
#include "core/ops/composite.h"

namespace lathe {

namespace {

constexpr std::int64_t last = -1;

/// x with its pairs (a, b) turned: (a cos - b sin, b cos + a sin). Pairs lie half a width apart, or side by
/// side.
ValueId turned(ExpansionBuilder& b, ValueId x, ValueId cosine, ValueId sine, bool interleaved)
{
    const ValueId pairs = interleaved ? b.add("Reshape", {x, b.integers({0, 0, 0, -1, 2})}) : x;
    std::vector<ValueId> parts = b.addMany("Split", {pairs}, 2, {{"axis", last}});
    if (interleaved)
        for (ValueId& part : parts)
            part = b.add("Squeeze", {part, b.integers({last})});
    const ValueId first = b.add("Sub", {b.add("Mul", {parts[0], cosine}), b.add("Mul", {parts[1], sine})});
    const ValueId second = b.add("Add", {b.add("Mul", {parts[1], cosine}), b.add("Mul", {parts[0], sine})});
    if (!interleaved)
        return b.add("Concat", {first, second}, {{"axis", last}});
    const ValueId axis = b.integers({last});
    const ValueId joined = b.add(
        "Concat", {b.add("Unsqueeze", {first, axis}), b.add("Unsqueeze", {second, axis})}, {{"axis", last}});
    return b.add("Reshape", {joined, b.integers({0, 0, 0, -1})});
}

/// Position of every token [B or 1, S]: as given, or counted on from the offset [1].
ValueId positions(ExpansionBuilder& b, const InferContext& context, ValueId tokens)
{
    if (context.input(1).shape->rank() != 1)
        return b.in(1);
    const ValueId length =
        b.add("Gather", {b.add("Shape", {tokens}), b.constant(Tensor::scalar(std::int64_t{1}))});
    const ValueId range = b.add("Range", {b.constant(Tensor::scalar(std::int64_t{0})), length,
                                          b.constant(Tensor::scalar(std::int64_t{1}))});
    return b.add("Unsqueeze", {b.add("Add", {range, b.in(1)}), b.integers({0})});
}

/// Operands: input [B, S, N*H] or [B, N, S, H], position ids [1] or [B, S], tables of cosines and sines [M,
/// R/2].
Expansion expandRotary(const InferContext& context)
{
    const Node& node = context.node;
    const ValueInfo &input = context.input(0), &table = context.input(2);
    if (!input.shape || !context.input(1).shape || !table.shape)
        return {};
    const int rank = input.shape->rank();
    if ((rank != 3 && rank != 4) || table.shape->rank() != 2 || (*table.shape)[1] < 1)
        return notExpanded("its operands have shapes that are not supported");
    const std::int64_t turnedWidth = 2 * (*table.shape)[1];
    const std::int64_t heads = node.integer("num_heads", 0);
    const bool partial = node.integer("rotary_embedding_dim", 0) != 0;
    const std::int64_t total = (*input.shape)[rank - 1];
    if (total < 0 || (rank == 3 && partial && heads < 1))
        return notExpanded("the width of a head is not known");
    const std::int64_t width = rank == 4 ? total : partial ? total / heads : turnedWidth;
    if (width < turnedWidth || total % width != 0)
        return notExpanded("its tables are wider than a head");

    ExpansionBuilder b(context);
    const std::vector<std::int64_t> swap{0, 2, 1, 3};
    const ValueId tokens = rank == 4 ? b.add("Transpose", {b.in(0)}, {{"perm", swap}})
                                     : b.add("Reshape", {b.in(0), b.integers({0, 0, -1, width})});
    const ValueId at = positions(b, context, tokens);
    const ValueId cosine = b.add("Unsqueeze", {b.add("Gather", {b.in(2), at}), b.integers({2})});
    const ValueId sine = b.add("Unsqueeze", {b.add("Gather", {b.in(3), at}), b.integers({2})});
    const bool interleaved = node.integer("interleaved", 0) != 0;
    ValueId result;
    if (width == turnedWidth) {
        result = turned(b, tokens, cosine, sine, interleaved);
    } else {
        const std::vector<ValueId> parts =
            b.addMany("Split", {tokens, b.integers({turnedWidth, width - turnedWidth})}, 2, {{"axis", last}});
        result =
            b.add("Concat", {turned(b, parts[0], cosine, sine, interleaved), parts[1]}, {{"axis", last}});
    }
    b.output(0, rank == 4 ? b.add("Transpose", {result}, {{"perm", swap}})
                          : b.add("Reshape", {result, b.integers({0, 0, -1})}));
    return b.finish();
}

}

void register_rotary_embedding(Table<Op>& table)
{
    table.add({.id = "com.microsoft::RotaryEmbedding",
               .exactness = Exactness::rounded,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expandRotary});
}

}
