// SPDX-License-Identifier: GPL-3.0-or-later
// Attention and MultiHeadAttention of com.microsoft, written out: projections, scores, mask, softmax,
// weighted sum. Shapes: B batch, S query tokens, T key tokens (past ones included), N heads, H width of a
// head.
#include <cmath>

#include "core/ops/composite.h"

namespace lathe {

namespace {

constexpr std::int64_t floatType = 1;
constexpr float lowest = -3.4028234663852886e38f;

ValueId integer(ExpansionBuilder& b, std::int64_t value)
{
    return b.constant(Tensor::scalar(value));
}

/// The size of `axis` of x, rank 0.
ValueId sizeOf(ExpansionBuilder& b, ValueId x, std::int64_t axis)
{
    return b.add("Gather", {b.add("Shape", {x}), integer(b, axis)});
}

/// [B, S, N*H] as [B, N, S, H].
ValueId toHeads(ExpansionBuilder& b, ValueId x, std::int64_t heads)
{
    const ValueId split = b.add("Reshape", {x, b.integers({0, 0, heads, -1})});
    return b.add("Transpose", {split}, {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
}

/// Query, key and value as [B, N, tokens, H].
struct Heads
{
    ValueId query, key, value;
};

/// 0 where a token counts and `filter` where the mask [...] of int32 leaves it out.
ValueId additive(ExpansionBuilder& b, ValueId keep, float filter)
{
    const ValueId kept = b.add("Cast", {keep}, {{"to", floatType}});
    const ValueId dropped = b.add("Sub", {b.constant(Tensor::scalar(1.0f)), kept});
    return b.add("Mul", {dropped, b.constant(Tensor::scalar(filter))});
}

/// Keys before each row's length count: [B] lengths as a mask [B, 1, 1, T].
ValueId lengthMask(ExpansionBuilder& b, ValueId lengths, ValueId key)
{
    const ValueId tokens = b.add("Range", {integer(b, 0), sizeOf(b, key, 2), integer(b, 1)});
    const ValueId wide = b.add("Cast", {lengths}, {{"to", std::int64_t{7}}});
    return b.add("Less", {tokens, b.add("Unsqueeze", {wide, b.integers({1, 2, 3})})});
}

/// Scores with the mask operand added: lengths [B], or 0/1 of [B, T] or [B, S, T]; invalid for another form.
ValueId masked(ExpansionBuilder& b, const InferContext& context, std::size_t operand, ValueId scores,
               ValueId key)
{
    if (!b.has(operand))
        return scores;
    const Shape& shape = *context.input(operand).shape;
    const float filter = context.node.real("mask_filter_value", -10000.0f);
    ValueId keep;
    if (shape.rank() == 1 && (shape[0] < 0 || shape[0] == (*context.input(0).shape)[0]))
        keep = lengthMask(b, b.in(operand), key);
    else if (shape.rank() == 2)
        keep = b.add("Unsqueeze", {b.in(operand), b.integers({1, 2})});
    else if (shape.rank() == 3)
        keep = b.add("Unsqueeze", {b.in(operand), b.integers({1})});
    else
        return {};
    return b.add("Add", {scores, additive(b, keep, filter)});
}

/// Scores of keys that come after the query made lowest; the queries are the last S of the T tokens.
ValueId causal(ExpansionBuilder& b, ValueId scores, const Heads& heads)
{
    const ValueId queries = sizeOf(b, heads.query, 2), keys = sizeOf(b, heads.key, 2);
    const ValueId one = integer(b, 1);
    const ValueId rows = b.add("Range", {b.add("Sub", {keys, queries}), keys, one});
    const ValueId columns = b.add("Range", {integer(b, 0), keys, one});
    const ValueId after = b.add("Greater", {columns, b.add("Unsqueeze", {rows, b.integers({1})})});
    return b.add("Where", {after, b.constant(Tensor::scalar(lowest)), scores});
}

struct Masks
{
    std::size_t mask, bias; ///< operands
};

/// softmax(scale * Q K^T + bias + mask) V as [B, S, N*H]; invalid when the mask's form is not known.
ValueId attend(ExpansionBuilder& b, const InferContext& context, const Heads& heads, ValueId scale,
               Masks masks)
{
    const ValueId keys = b.add("Transpose", {heads.key}, {{"perm", std::vector<std::int64_t>{0, 1, 3, 2}}});
    ValueId scores = b.add("Mul", {b.add("MatMul", {heads.query, keys}), scale});
    scores = b.plus(scores, masks.bias);
    scores = masked(b, context, masks.mask, scores, heads.key);
    if (!scores.valid())
        return {};
    if (context.node.integer("unidirectional", 0) != 0)
        scores = causal(b, scores, heads);
    const ValueId weights = b.add("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
    const ValueId mixed = b.add("Transpose", {b.add("MatMul", {weights, heads.value})},
                                {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
    return b.add("Reshape", {mixed, b.integers({0, 0, -1})});
}

std::string refuseAttention(const Node& node)
{
    if (node.integer("num_heads", 0) < 1)
        return "it does not state its number of heads";
    return node.integer("do_rotary", 0) != 0 ? "do_rotary is not supported" : "";
}

ValueId scaleOf(ExpansionBuilder& b, const Node& node, std::int64_t width)
{
    const float stated = node.real("scale", 0);
    return b.real(stated != 0 ? static_cast<double>(stated) : 1 / std::sqrt(static_cast<double>(width)));
}

/// Operands: input [B, S, D], weights [D, widths], bias, mask, past [2, B, N, P, H], attention bias.
Expansion expandAttention(const InferContext& context)
{
    const Node& node = context.node;
    const ValueInfo &weights = context.input(1), &mask = context.input(3);
    if (!refuseAttention(node).empty() || !context.input(0).shape || !weights.shape ||
        (mask.present() && !mask.shape))
        return {};
    if (weights.shape->rank() != 2 || (*weights.shape)[1] < 0 || context.input(0).shape->rank() != 3)
        return notExpanded("its weights are not a matrix of known size");
    if (context.input(6).present())
        return notExpanded("a shared buffer of past keys is not supported");
    const std::int64_t heads = node.integer("num_heads", 0);
    std::vector<std::int64_t> widths = node.integers("qkv_hidden_sizes");
    if (widths.empty())
        widths.assign(3, (*weights.shape)[1] / 3);
    if (widths.size() != 3 || widths[0] + widths[1] + widths[2] != (*weights.shape)[1] ||
        widths[0] % heads != 0)
        return notExpanded("its widths do not fit its weights and heads");

    ExpansionBuilder b(context);
    const ValueId all = b.plus(b.add("MatMul", {b.in(0), b.in(1)}), 2);
    const ValueId sizes =
        b.constant(Tensor::of<std::int64_t>(Shape{3}, std::span<const std::int64_t>(widths)));
    const std::vector<ValueId> parts = b.addMany("Split", {all, sizes}, 3, {{"axis", std::int64_t{2}}});
    Heads split{toHeads(b, parts[0], heads), toHeads(b, parts[1], heads), toHeads(b, parts[2], heads)};
    if (b.has(4)) {
        const std::vector<ValueId> past =
            b.addMany("Split", {b.in(4), b.integers({1, 1})}, 2, {{"axis", std::int64_t{0}}});
        const ValueId first = b.integers({0});
        split.key =
            b.add("Concat", {b.add("Squeeze", {past[0], first}), split.key}, {{"axis", std::int64_t{2}}});
        split.value =
            b.add("Concat", {b.add("Squeeze", {past[1], first}), split.value}, {{"axis", std::int64_t{2}}});
    }
    const ValueId result = attend(b, context, split, scaleOf(b, node, widths[0] / heads), {3, 5});
    if (!result.valid())
        return notExpanded("its mask of shape " + mask.shape->text() + " is not supported");
    b.output(0, result);
    if (b.wantsOutput(1)) {
        const ValueId first = b.integers({0});
        b.output(1, b.add("Concat",
                          {b.add("Unsqueeze", {split.key, first}), b.add("Unsqueeze", {split.value, first})},
                          {{"axis", std::int64_t{0}}}));
    }
    return b.finish();
}

/// [B, S, N*H] with its part of the bias [Dq + Dk + Dv] added.
std::vector<ValueId> biased(ExpansionBuilder& b, const InferContext& context)
{
    std::vector<ValueId> parts{b.in(0), b.in(1), b.in(2)};
    if (!b.has(3))
        return parts;
    std::vector<std::int64_t> widths;
    for (std::size_t i = 0; i < 3; ++i)
        widths.push_back((*context.input(i).shape)[2]);
    const ValueId sizes =
        b.constant(Tensor::of<std::int64_t>(Shape{3}, std::span<const std::int64_t>(widths)));
    const std::vector<ValueId> biases = b.addMany("Split", {b.in(3), sizes}, 3, {{"axis", std::int64_t{0}}});
    for (std::size_t i = 0; i < 3; ++i)
        parts[i] = b.add("Add", {parts[i], biases[i]});
    return parts;
}

/// Why the operands are of a form that is not written out, or "".
std::string oddOperands(const InferContext& context)
{
    if (context.inputs.size() > 8)
        return "a shared buffer of past keys is not supported";
    for (std::size_t i = 0; i < 3; ++i)
        if (!context.input(i).present() || context.input(i).shape->rank() != 3)
            return "only separate query, key and value of rank 3 are supported";
    for (std::size_t i = 0; i < 3; ++i)
        if ((*context.input(i).shape)[2] < 0 ||
            (*context.input(i).shape)[2] % context.node.integer("num_heads", 1) != 0)
            return "its widths do not fit its heads";
    return "";
}

/// Operands: query [B, S, Dq], key [B, T, Dq], value [B, T, Dv], bias, key padding mask, attention bias, past
/// key and past value [B, N, P, H].
Expansion expandMultiHead(const InferContext& context)
{
    const Node& node = context.node;
    if (!refuseAttention(node).empty())
        return {};
    for (std::size_t i = 0; i < context.inputs.size(); ++i)
        if (context.input(i).present() && !context.input(i).shape)
            return {};
    if (const std::string reason = oddOperands(context); !reason.empty())
        return notExpanded(reason);
    const std::int64_t heads = node.integer("num_heads", 0);
    ExpansionBuilder b(context);
    const std::vector<ValueId> parts = biased(b, context);
    Heads split{toHeads(b, parts[0], heads), toHeads(b, parts[1], heads), toHeads(b, parts[2], heads)};
    if (b.has(6))
        split.key = b.add("Concat", {b.in(6), split.key}, {{"axis", std::int64_t{2}}});
    if (b.has(7))
        split.value = b.add("Concat", {b.in(7), split.value}, {{"axis", std::int64_t{2}}});
    const ValueId result =
        attend(b, context, split, scaleOf(b, node, (*context.input(0).shape)[2] / heads), {4, 5});
    if (!result.valid())
        return notExpanded("its mask of shape " + context.input(4).shape->text() + " is not supported");
    b.output(0, result);
    b.output(1, split.key);
    b.output(2, split.value);
    return b.finish();
}

void addAttention(Table<Op>& table, const char* name, Expansion (*expand)(const InferContext&))
{
    table.add({.id = std::string("com.microsoft::") + name,
               .exactness = Exactness::approximate,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expand,
               .refuse = refuseAttention});
}

}

void register_attention(Table<Op>& table)
{
    addAttention(table, "Attention", expandAttention);
    addAttention(table, "MultiHeadAttention", expandMultiHead);
}

}
