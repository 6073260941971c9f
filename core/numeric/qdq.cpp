// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/qdq.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/numeric/value_tables.h"

namespace lathe {

namespace {

bool isQdqDomain(const Node& node)
{
    return node.domain.empty() || node.domain == "com.microsoft";
}

/// The element type of the codes, undefined when it cannot be known.
DType codeType(const Graph& graph, const Node& node)
{
    if (const ValueId zeroPoint = node.input(2); zeroPoint.valid())
        return graph.value(zeroPoint).dtype;
    if (isDequantizeNode(node))
        return graph.value(node.input(0)).dtype;
    const DType stated = node.outputs.empty() ? DType::undefined : graph.value(node.outputs[0]).dtype;
    return stated == DType::undefined ? DType::uint8 : stated;
}

bool scalesUsable(std::span<const float> scales)
{
    return std::all_of(scales.begin(), scales.end(),
                       [](float scale) { return scale > 0 && std::isfinite(scale); });
}

Shape operandShape(const Encoding& encoding, std::size_t count, const Shape& values)
{
    if (encoding.grouped())
        return groupedShape(values, encoding.axis, encoding.groupSize);
    return encoding.perChannel() ? Shape{static_cast<std::int64_t>(count)} : Shape{};
}

/// The axis that `node` states, counted from the front; -1 when it does not fit.
int statedAxis(const Node& node, const std::optional<Shape>& shape)
{
    std::int64_t axis = node.integer("axis", 1);
    if (axis < 0)
        axis = shape ? axis + shape->rank() : -1;
    return axis < 0 || (shape && axis >= shape->rank()) ? -1 : static_cast<int>(axis);
}

/// Takes over the axis and group size of scales for constant codes; false when they do not fit together.
bool readBlocks(const Graph& graph, const Node& node, const Tensor& scale, Encoding& encoding)
{
    const Tensor* codes = isDequantizeNode(node) ? graph.constant(node.input(0)) : nullptr;
    const std::int64_t block = node.integer("block_size", 0);
    if (!codes || block < 1 || block > std::int64_t{1} << 20)
        return false;
    encoding.axis = statedAxis(node, codes->shape());
    encoding.groupSize = static_cast<int>(block);
    return encoding.axis >= 0 && codes->shape()[encoding.axis] > 0 &&
           groupedShape(codes->shape(), encoding.axis, encoding.groupSize) == scale.shape();
}

/// Takes over where the scales of a table lie; false when they do not fit.
bool readScaleLayout(const Graph& graph, const Node& node, const Tensor& scale, Encoding& encoding)
{
    if (node.integer("block_size", 0) != 0)
        return readBlocks(graph, node, scale, encoding);
    if (scale.shape().rank() == 1 && (scale.elements() > 1 || !encoding.format.isFloat8()))
        encoding.axis = statedAxis(node, graph.value(node.input(0)).shape);
    return scale.shape().rank() == 0 || encoding.axis >= 0 || scale.elements() == 1;
}

/// The grid of codes that are 8-bit floats, as ONNX has them; saturating, since the engine's are.
std::optional<Encoding> float8Encoding(const Graph& graph, const Node& node, const Tensor& scale,
                                       const Tensor* zeroPoint, DType container)
{
    if (node.integer("saturate", 1) == 0 || !scalesUsable(scale.toFloats()))
        return std::nullopt;
    for (std::int64_t i = 0; zeroPoint && i < zeroPoint->elements(); ++i)
        if (zeroPoint->at(i) != 0)
            return std::nullopt;
    Encoding encoding;
    encoding.format = NumberFormat::parse(container == DType::float8e4m3fn ? "float8e4m3" : "float8e5m2");
    encoding.scale = scale.toFloats();
    encoding.zeroPoint.assign(encoding.scale.size(), 0);
    return readScaleLayout(graph, node, scale, encoding) ? std::optional(encoding) : std::nullopt;
}

/// The grid of a node that states a format with a table.
std::optional<Encoding> tableEncoding(const Graph& graph, const Node& node, const Tensor& scale)
{
    Encoding encoding;
    try {
        encoding.format = NumberFormat::parse(node.text(formatAttribute, ""));
    } catch (const Error&) {
        return std::nullopt;
    }
    if (!encoding.format.hasTable())
        return std::nullopt;
    encoding.scale = scale.toFloats();
    encoding.zeroPoint.assign(encoding.scale.size(), 0);
    encoding.table = node.reals(tableAttribute);
    if (!readScaleLayout(graph, node, scale, encoding))
        return std::nullopt;
    const std::size_t entries = encoding.format.kind == NumberFormat::Kind::kmeans ? encoding.entries() : 0;
    const bool fits = scalesUsable(encoding.scale) && (encoding.table.size() == entries ||
                                                       encoding.table.size() == entries * encoding.channels());
    return fits ? std::optional(encoding) : std::nullopt;
}

template <typename Code>
Tensor codesAs(DType container, const Encoding& encoding, const Shape& values)
{
    Tensor tensor(container, operandShape(encoding, encoding.zeroPoint.size(), values));
    std::transform(encoding.zeroPoint.begin(), encoding.zeroPoint.end(), tensor.mutableData<Code>().begin(),
                   [](std::int32_t code) { return static_cast<Code>(code); });
    return tensor;
}

} // namespace

bool isQuantizeNode(const Node& node)
{
    return node.op == "QuantizeLinear" && isQdqDomain(node);
}
bool isDequantizeNode(const Node& node)
{
    return node.op == "DequantizeLinear" && isQdqDomain(node);
}

std::optional<Encoding> statedEncoding(const Graph& graph, const Node& node)
{
    if (!node.input(0).valid() || !node.input(1).valid())
        return std::nullopt;
    const Tensor* scale = graph.constant(node.input(1));
    const Tensor* zeroPoint = graph.constant(node.input(2));
    if (!scale || (node.input(2).valid() && !zeroPoint) || scale->elements() < 1)
        return std::nullopt;
    if (node.has(formatAttribute))
        return tableEncoding(graph, node, *scale);
    const bool blocked = node.integer("block_size", 0) != 0;
    if (!blocked && scale->shape().rank() > 1)
        return std::nullopt;
    const DType container = codeType(graph, node);
    if (container == DType::float8e4m3fn || container == DType::float8e5m2)
        return float8Encoding(graph, node, *scale, zeroPoint, container);
    if (!isInteger(container))
        return std::nullopt;
    const int bits = static_cast<int>(node.integer(bitsAttribute, dtypeBits(container)));
    if (bits < 2 || bits > 32 || (bits > 16 && !isSigned(container)))
        return std::nullopt;

    Encoding encoding;
    encoding.format = NumberFormat::integer(bits, isSigned(container));
    encoding.scale = scale->toFloats();
    encoding.zeroPoint.assign(encoding.scale.size(), 0);
    if (zeroPoint) {
        if (zeroPoint->elements() != scale->elements())
            return std::nullopt;
        const std::vector<std::int64_t> codes = zeroPoint->toIntegers();
        std::transform(codes.begin(), codes.end(), encoding.zeroPoint.begin(),
                       [](std::int64_t code) { return static_cast<std::int32_t>(code); });
    }
    const std::int64_t lowest = node.integer(minimumCodeAttribute, encoding.format.minimumCode());
    const std::int64_t highest = node.integer(maximumCodeAttribute, encoding.format.maximumCode());
    if (!scalesUsable(encoding.scale) || lowest < encoding.format.minimumCode() ||
        highest > encoding.format.maximumCode() || lowest >= highest)
        return std::nullopt;
    encoding.minimumCode = static_cast<int>(lowest);
    encoding.maximumCode = static_cast<int>(highest);
    if (blocked) {
        if (!readBlocks(graph, node, *scale, encoding))
            return std::nullopt;
    } else if (scale->shape().rank() == 1 && scale->elements() > 1) {
        encoding.axis = statedAxis(node, graph.value(node.input(0)).shape);
        if (encoding.axis < 0)
            return std::nullopt;
    }
    return encoding;
}

void stateCodeRange(Node& node, const Encoding& encoding)
{
    const int containerBits = dtypeBits(encoding.format.container());
    if (encoding.format.bits != containerBits)
        node.attributes.insert_or_assign(std::string(bitsAttribute), std::int64_t{encoding.format.bits});
    if (encoding.format.isFloat8())
        return;
    if (encoding.format.hasTable()) {
        node.attributes.insert_or_assign(std::string(formatAttribute), encoding.format.name());
        if (encoding.format.kind == NumberFormat::Kind::kmeans)
            node.attributes.insert_or_assign(std::string(tableAttribute), encoding.table);
        return;
    }
    if (encoding.minimumCode != encoding.format.minimumCode())
        node.attributes.insert_or_assign(std::string(minimumCodeAttribute),
                                         std::int64_t{encoding.minimumCode});
    if (encoding.maximumCode != encoding.format.maximumCode())
        node.attributes.insert_or_assign(std::string(maximumCodeAttribute),
                                         std::int64_t{encoding.maximumCode});
}

void stateAxis(Node& node, const Encoding& encoding)
{
    if (encoding.perChannel())
        node.attributes.insert_or_assign("axis", std::int64_t{encoding.axis});
    if (encoding.grouped())
        node.attributes.insert_or_assign("block_size", std::int64_t{encoding.groupSize});
}

Tensor scaleOperand(const Encoding& encoding, const Shape& values)
{
    return Tensor::of<float>(operandShape(encoding, encoding.scale.size(), values), encoding.scale);
}

Tensor zeroPointOperand(const Encoding& encoding, const Shape& values)
{
    const DType container = encoding.format.container();
    if (encoding.format.isFloat8())
        return Tensor(container, operandShape(encoding, encoding.zeroPoint.size(), values)); // always 0
    switch (container) {
    case DType::int2:
    case DType::int4:
    case DType::int8:
        return codesAs<std::int8_t>(container, encoding, values);
    case DType::uint2:
    case DType::uint4:
    case DType::uint8:
        return codesAs<std::uint8_t>(container, encoding, values);
    case DType::int16:
        return codesAs<std::int16_t>(container, encoding, values);
    case DType::uint16:
        return codesAs<std::uint16_t>(container, encoding, values);
    default:
        return codesAs<std::int32_t>(container, encoding, values);
    }
}

} // namespace lathe
