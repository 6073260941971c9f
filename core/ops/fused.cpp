// SPDX-License-Identifier: GPL-3.0-or-later
// FusedConv, FusedGemm, FusedMatMul, TransposeMatMul and GemmFastGelu of com.microsoft: what ONNX Runtime's
// optimizer makes of a product and its neighbours.
#include <numeric>

#include "core/ops/composite.h"

namespace lathe {

namespace {

const std::string microsoft = "com.microsoft";

/// Parameter `index` of a fused activation: from the list of FusedConv or FusedGemm's own attribute.
float parameter(const Node& node, std::size_t index, float fallback)
{
    const std::vector<float> list = node.reals("activation_params");
    constexpr const char* names[]{"activation_alpha", "activation_beta"};
    return index < list.size() ? list[index] : node.real(names[index], fallback);
}

/// `x` after the node's fused activation; invalid when that is not known.
ValueId activated(ExpansionBuilder& b, const Node& node, ValueId x)
{
    const std::string kind = node.text("activation", "");
    if (kind.empty())
        return x;
    if (kind == "Relu" || kind == "Tanh" || kind == "Sigmoid" || kind == "Softplus" || kind == "Softsign")
        return b.add(kind, {x});
    if (kind == "LeakyRelu")
        return b.add(kind, {x}, {{"alpha", parameter(node, 0, 0.01f)}});
    if (kind == "HardSigmoid")
        return b.add(kind, {x}, {{"alpha", parameter(node, 0, 0.2f)}, {"beta", parameter(node, 1, 0.5f)}});
    if (kind == "Clip")
        return b.add(
            kind, {x, b.real(parameter(node, 0, -3.4028235e38f)), b.real(parameter(node, 1, 3.4028235e38f))});
    return {};
}

/// The node's attributes but those of its activation.
Attributes ownAttributes(const Node& node)
{
    Attributes attributes = node.attributes;
    for (const char* key :
         {"activation", "activation_params", "activation_alpha", "activation_beta", "activation_gamma"})
        attributes.erase(key);
    return attributes;
}

/// Activation(op(x, w, bias) + z), where Gemm has no z.
Expansion expandProduct(const InferContext& context, const char* op)
{
    ExpansionBuilder b(context);
    const ValueId product = b.add(op, {b.in(0), b.in(1), b.in(2)}, ownAttributes(context.node));
    const ValueId result = activated(b, context.node, b.plus(product, 3));
    if (!result.valid())
        return notExpanded("its activation " + context.node.text("activation", "") + " is not known");
    b.output(0, result);
    return b.finish();
}

Expansion expandConv(const InferContext& context)
{
    return expandProduct(context, "Conv");
}

Expansion expandGemm(const InferContext& context)
{
    return expandProduct(context, "Gemm");
}

/// An operand with the batch axes first turned behind the rows (transBatch) and the last two axes exchanged
/// (trans).
ValueId turned(ExpansionBuilder& b, const InferContext& context, std::size_t operand, bool trans,
               bool transBatch)
{
    const int rank = context.input(operand).shape->rank();
    std::vector<std::int64_t> perm(static_cast<std::size_t>(rank));
    std::iota(perm.begin(), perm.end(), 0);
    if (transBatch && rank > 2)
        std::rotate(perm.begin(), perm.begin() + 1, perm.end() - 1);
    if (trans && rank > 1)
        std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    return std::is_sorted(perm.begin(), perm.end()) ? b.in(operand)
                                                    : b.add("Transpose", {b.in(operand)}, {{"perm", perm}});
}

Expansion expandMatMul(const InferContext& context)
{
    if (!context.input(0).shape || !context.input(1).shape)
        return {};
    const Node& node = context.node;
    ExpansionBuilder b(context);
    const ValueId left =
        turned(b, context, 0, node.integer("transA", 0) != 0, node.integer("transBatchA", 0) != 0);
    const ValueId right =
        turned(b, context, 1, node.integer("transB", 0) != 0, node.integer("transBatchB", 0) != 0);
    const ValueId product = b.add("MatMul", {left, right});
    const float alpha = node.real("alpha", 1);
    b.output(0, alpha == 1 ? product : b.add("Mul", {product, b.real(static_cast<double>(alpha))}));
    return b.finish();
}

Expansion expandGemmFastGelu(const InferContext& context)
{
    ExpansionBuilder b(context);
    b.output(0, b.add("FastGelu", {b.plus(b.add("MatMul", {b.in(0), b.in(1)}), 2)}, {}, microsoft));
    return b.finish();
}

void addFused(Table<Op>& table, const char* name, Expansion (*expand)(const InferContext&),
              Exactness exactness = Exactness::accumulated)
{
    table.add({.id = microsoft + "::" + name,
               .exactness = exactness,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expand});
}

}

void register_fused(Table<Op>& table)
{
    addFused(table, "FusedConv", expandConv, Exactness::approximate);
    addFused(table, "FusedGemm", expandGemm, Exactness::approximate);
    addFused(table, "FusedMatMul", expandMatMul);
    addFused(table, "TransposeMatMul", expandMatMul);
    addFused(table, "GemmFastGelu", expandGemmFastGelu, Exactness::approximate);
}

}
