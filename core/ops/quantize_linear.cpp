// SPDX-License-Identifier: GPL-3.0-or-later
// QuantizeLinear, DequantizeLinear (of ai.onnx and com.microsoft) and DynamicQuantizeLinear.
#include <algorithm>

#include "core/numeric/encoding.h"
#include "core/numeric/qdq.h"
#include "core/ops/dispatch.h"
#include "core/ops/grid_layout.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};

/// The type of the codes: that of the zero-point, else as stated, else uint8.
DType codeType(const Node& node, DType zeroPoint)
{
    if (zeroPoint != DType::undefined)
        return zeroPoint;
    const DType stated = dtypeFromOnnx(node.integer("output_dtype", 0));
    return isInteger(stated) || isFloat8(stated) ? stated : DType::uint8;
}

/// Codes of a table are no numbers of a grid: programs take such nodes as points, not as operators.
void failOnTable(const Node& node)
{
    if (node.has(formatAttribute))
        failOperator(node, "codes of the format " + node.text(formatAttribute, "") + " stand in no quantization point");
}

/// The codes that may be used: those of the type, unless the node narrows them.
struct CodeRange {
    int low, high;
};

CodeRange codeRange(const Node& node, DType type)
{
    failOnTable(node);
    const int bits = dtypeBits(type);
    if (!isInteger(type) || bits > 16)
        failOperator(node, "codes of type " + std::string(dtypeName(type)) + " are not supported");
    const NumberFormat whole =
        NumberFormat::integer(static_cast<int>(boundedInteger(node, bitsAttribute, bits, 2, bits)), isSigned(type));
    const auto low = whole.minimumCode(), high = whole.maximumCode();
    return {static_cast<int>(boundedInteger(node, minimumCodeAttribute, low, low, high)),
            static_cast<int>(boundedInteger(node, maximumCodeAttribute, high, low, high))};
}

std::vector<ValueInfo> inferQuantize(const InferContext& context)
{
    return {{codeType(context.node, context.input(2).dtype), context.input(0).shape, {}}};
}

/// The zero-point of 8-bit floats must be 0.
Tensor quantizeToFloat8(const RunContext& context, const Tensor& real, const Tensor& scale, const GridLayout& layout,
                        DType type)
{
    const Tensor& zeroPoint = context.input(2);
    if (!zeroPoint.empty() && zeroPoint.elements() != scale.elements())
        context.fail("scale and zero-point differ in shape");
    for (std::int64_t i = 0; i < zeroPoint.elements(); ++i)
        if (zeroPoint.at(i) != 0)
            context.fail("the zero-point of 8-bit floats must be 0");
    Tensor scaled(DType::float32, real.shape());
    const auto to = scaled.mutableData<float>();
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = real.data<float>()[i] / scale.data<float>()[layout.at(static_cast<std::int64_t>(i))];
    return roundedToFloat8(scaled, type, context.node.integer("saturate", 1) != 0);
}

std::vector<Tensor> runQuantize(const RunContext& context)
{
    const Tensor real = context.input(0).converted(DType::float32), scale = context.input(1).converted(DType::float32);
    const GridLayout layout(context.node, real.shape(), scale.shape());
    const DType type = codeType(context.node, context.input(2).dtype());
    if (isFloat8(type))
        return {quantizeToFloat8(context, real, scale, layout, type)};
    const std::vector<std::int32_t> zeroPoint = zeroPoints(context, 2, scale.elements());
    const CodeRange range = codeRange(context.node, type);
    Tensor output(type, real.shape());
    const auto from = real.data<float>(), scales = scale.data<float>();
    visitInteger(context.node, type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto codes = output.mutableData<T>();
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const std::size_t at = layout.at(static_cast<std::int64_t>(i));
            codes[i] = static_cast<T>(quantizeOne(from[i], scales[at], zeroPoint[at], range.low, range.high));
        }
    });
    return {output};
}

DType realType(const Node& node, DType scale)
{
    const DType stated = dtypeFromOnnx(node.integer("output_dtype", 0));
    return isFloat(stated) ? stated : scale;
}

std::vector<ValueInfo> inferDequantize(const InferContext& context)
{
    return {{realType(context.node, context.input(1).dtype), context.input(0).shape, {}}};
}

Tensor dequantizeFloat8(const RunContext& context)
{
    Tensor output = context.input(0).converted(DType::float32);
    const Tensor scale = context.input(1).converted(DType::float32);
    const GridLayout layout(context.node, output.shape(), scale.shape());
    const auto to = output.mutableData<float>();
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] *= scale.data<float>()[layout.at(static_cast<std::int64_t>(i))];
    return output.converted(realType(context.node, context.input(1).dtype()));
}

std::vector<Tensor> runDequantize(const RunContext& context)
{
    failOnTable(context.node);
    const Tensor& codes = context.input(0);
    if (isFloat8(codes.dtype()))
        return {dequantizeFloat8(context)};
    const Tensor scale = context.input(1).converted(DType::float32);
    const GridLayout layout(context.node, codes.shape(), scale.shape());
    const std::vector<std::int32_t> zeroPoint = zeroPoints(context, 2, scale.elements());
    Tensor output(DType::float32, codes.shape());
    const auto to = output.mutableData<float>();
    const auto scales = scale.data<float>();
    visitInteger(context.node, codes.dtype(), [&](auto tag) {
        const auto from = codes.data<typename decltype(tag)::type>();
        for (std::size_t i = 0; i < to.size(); ++i) {
            const std::size_t at = layout.at(static_cast<std::int64_t>(i));
            to[i] = static_cast<float>(wrappingSub<std::int64_t>(static_cast<std::int64_t>(from[i]), zeroPoint[at])) *
                    scales[at];
        }
    });
    return {output.converted(realType(context.node, context.input(1).dtype()))};
}

std::vector<ValueInfo> inferDynamic(const InferContext& context)
{
    return {{DType::uint8, context.input(0).shape, {}}, typed(DType::float32, Shape{}), typed(DType::uint8, Shape{})};
}

/// uint8 codes over the range of the input itself, widened to hold 0.
std::vector<Tensor> runDynamic(const RunContext& context)
{
    const auto values = context.input(0).data<float>();
    float low = 0, high = 0;
    for (const float value : values) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    const float scale = high > low ? (high - low) / 255.0f : 1.0f;
    const std::int32_t zeroPoint = quantizeOne(-low, scale, 0, 0, 255);
    Tensor output(DType::uint8, context.input(0).shape());
    const auto codes = output.mutableData<std::uint8_t>();
    for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] = static_cast<std::uint8_t>(quantizeOne(values[i], scale, zeroPoint, 0, 255));
    return {output, Tensor::scalar(scale), Tensor::scalar(static_cast<std::uint8_t>(zeroPoint))};
}

}

void register_quantize_linear(Table<Op>& table)
{
    for (const char* domain : {"", "com.microsoft::"}) {
        table.add({.id = std::string(domain) + "QuantizeLinear",
                   .traits = structural,
                   .exactness = Exactness::exact,
                   .infer = inferQuantize,
                   .run = runQuantize});
        table.add({.id = std::string(domain) + "DequantizeLinear",
                   .traits = structural,
                   .exactness = Exactness::exact,
                   .infer = inferDequantize,
                   .run = runDequantize});
    }
    table.add({.id = "DynamicQuantizeLinear",
               .traits = structural,
               .exactness = Exactness::exact,
               .infer = inferDynamic,
               .run = runDynamic});
}

}
