// SPDX-License-Identifier: GPL-3.0-or-later
// Operators on codes of com.microsoft that compute what their parts do (onnxruntime,
// docs/ContribOperators.md): functions and concatenation between Dequantize- and QuantizeLinear, and products
// of codes that come out as real numbers.
#include "core/ops/composite.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

const std::string microsoft = "com.microsoft";
constexpr std::int64_t floatType = 1; ///< TensorProto.FLOAT

ValueId dequantized(ExpansionBuilder& b, std::size_t codes)
{
    return b.add("DequantizeLinear", {b.in(codes), b.in(codes + 1), b.in(codes + 2)});
}

/// Codes of `type` on the grid of the operands `scale` and the one behind it, whose zero-point may be
/// omitted.
ValueId quantized(ExpansionBuilder& b, ValueId real, std::size_t scale, DType type)
{
    const ValueId zeroPoint = b.has(scale + 1) ? b.in(scale + 1) : b.constant(Tensor(type, Shape{}));
    return b.add("QuantizeLinear", {real, b.in(scale), zeroPoint});
}

/// X, scale, zero-point, Y scale, Y zero-point.
Expansion expandFunction(const InferContext& context, const std::string& function, Attributes attributes = {})
{
    ExpansionBuilder b(context);
    b.output(0, quantized(b, b.add(function, {dequantized(b, 0)}, std::move(attributes)), 3,
                          context.input(0).dtype));
    return b.finish();
}

Expansion expandSigmoid(const InferContext& context)
{
    return expandFunction(context, "Sigmoid");
}

Expansion expandLeakyRelu(const InferContext& context)
{
    return expandFunction(context, "LeakyRelu", {{"alpha", context.node.real("alpha", 0.01f)}});
}

/// Y scale, Y zero-point, then codes, scale and zero-point of each part. Requantizing to the same grid
/// changes no code.
Expansion expandConcat(const InferContext& context)
{
    ExpansionBuilder b(context);
    std::vector<ValueId> parts;
    for (std::size_t i = 2; i + 2 < context.node.inputs.size(); i += 3)
        parts.push_back(quantized(b, dequantized(b, i), 0, context.input(2).dtype));
    if (parts.empty())
        return notExpanded("it has no operands with scale and zero-point");
    b.output(0, b.add("Concat", parts, {{"axis", context.node.integer("axis", 1)}}));
    return b.finish();
}

/// float32(sum) * (scale * scale) + bias, each rounded to float32.
ValueId realProduct(ExpansionBuilder& b, ValueId sums, ValueId leftScale, ValueId rightScale,
                    std::size_t bias)
{
    const ValueId real = b.add("Cast", {sums}, {{"to", floatType}});
    return b.plus(b.add("Mul", {real, b.add("Mul", {leftScale, rightScale})}), bias);
}

/// A, B, A scale, B scale, A zero-point, B zero-point, bias.
Expansion expandToFloat(const InferContext& context)
{
    ExpansionBuilder b(context);
    const ValueId sums = b.add("MatMulInteger", {b.in(0), b.in(1), b.in(4), b.in(5)});
    b.output(0, realProduct(b, sums, b.in(2), b.in(3), 6));
    return b.finish();
}

/// A (real), B, B scale, B zero-point, bias.
Expansion expandDynamic(const InferContext& context)
{
    ExpansionBuilder b(context);
    const std::vector<ValueId> left = b.addMany("DynamicQuantizeLinear", {b.in(0)}, 3);
    const ValueId sums = b.add("MatMulInteger", {left[0], b.in(1), left[2], b.in(3)});
    b.output(0, realProduct(b, sums, left[1], b.in(2), 4));
    return b.finish();
}

void addParts(Table<Op>& table, const char* name, Exactness exactness,
              Expansion (*expand)(const InferContext&))
{
    table.add({.id = microsoft + "::" + name,
               .exactness = exactness,
               .infer = inferComposite,
               .run = runComposite,
               .expand = expand});
}

}

void register_qlinear_parts(Table<Op>& table)
{
    addParts(table, "QLinearSigmoid", Exactness::approximate, expandSigmoid);
    addParts(table, "QLinearLeakyRelu", Exactness::rounded, expandLeakyRelu);
    addParts(table, "QLinearConcat", Exactness::rounded, expandConcat);
    addParts(table, "MatMulIntegerToFloat", Exactness::rounded, expandToFloat);
    addParts(table, "DynamicQuantizeMatMul", Exactness::rounded, expandDynamic);
}

}
