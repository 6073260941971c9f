// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/lift_grids.h"

#include <algorithm>

#include "core/numeric/qdq.h"

namespace lathe {

void refuseLift(const Node& node, std::string_view reason)
{
    throw Error(ErrorCode::unsupportedOperator, node.label(),
                {{"op", node.op}, {"reason", std::string(reason)}});
}

bool sameSteps(const Encoding& a, const Encoding& b)
{
    return a.scale == b.scale && a.zeroPoint == b.zeroPoint && a.axis == b.axis;
}

EncodingPtr halfGrid(DType type)
{
    Encoding encoding;
    encoding.format = NumberFormat::parse(dtypeName(type));
    return std::make_shared<const Encoding>(std::move(encoding));
}

EncodingPtr dynamicGrid()
{
    Encoding encoding;
    encoding.format = NumberFormat::parse("uint8:dynamic");
    return std::make_shared<const Encoding>(std::move(encoding));
}

EncodingPtr biasGrid(const Encoding& input, const Encoding& weight, const Shape& shape)
{
    Encoding encoding;
    encoding.format = NumberFormat::integer(32, true);
    encoding.minimumCode = encoding.format.minimumCode();
    encoding.maximumCode = encoding.format.maximumCode();
    for (const float scale : weight.scale)
        encoding.scale.push_back(input.scale[0] * scale);
    encoding.zeroPoint.assign(encoding.scale.size(), 0);
    if (weight.perChannel())
        encoding.axis = shape.rank() - 1;
    return std::make_shared<const Encoding>(std::move(encoding));
}

EncodingPtr LiftGrids::stated(const Node& node) const
{
    const ValueId scale = node.input(1);
    if (scale.valid() && m_source.value(scale).dtype != DType::float32)
        refuseLift(node, "its scale is not float32");
    std::optional<Encoding> encoding = statedEncoding(m_source, node);
    if (!encoding)
        refuseLift(node, "its scale and zero-point are no constant grid");
    return std::make_shared<const Encoding>(std::move(*encoding));
}

EncodingPtr LiftGrids::behindClip(const Node& quantize) const
{
    EncodingPtr grid = stated(quantize);
    const std::vector<NodeId> readers = m_source.consumers(quantize.outputs[0]);
    if (readers.size() != 1 || m_source.isOutput(quantize.outputs[0]))
        return grid;
    const Node& reader = m_source.node(readers[0]);
    return reader.op == "Clip" && reader.domain.empty() ? clipped(reader, grid) : grid;
}

EncodingPtr LiftGrids::clipped(const Node& clip, const EncodingPtr& grid) const
{
    const auto bound = [&](std::size_t index, int fallback) {
        if (!clip.input(index).valid())
            return std::int64_t{fallback};
        const Tensor* constant = m_source.constant(clip.input(index));
        if (!constant || constant->elements() != 1 || !isInteger(constant->dtype()))
            refuseLift(clip, "its limits are not constant");
        return constant->toIntegers()[0];
    };
    const std::int64_t low = std::max<std::int64_t>(grid->minimumCode, bound(1, grid->minimumCode));
    const std::int64_t high = std::min<std::int64_t>(grid->maximumCode, bound(2, grid->maximumCode));
    if (low >= high)
        refuseLift(clip, "it leaves no codes");
    Encoding narrowed = *grid;
    narrowed.minimumCode = static_cast<int>(low);
    narrowed.maximumCode = static_cast<int>(high);
    return std::make_shared<const Encoding>(std::move(narrowed));
}

EncodingPtr LiftGrids::operand(const Node& node, std::size_t scale, std::size_t zeroPoint, int axis) const
{
    // The same three operands as a QuantizeLinear has.
    Node form;
    form.op = "QuantizeLinear";
    form.inputs = {node.input(0), node.input(scale), node.input(zeroPoint)};
    if (!form.inputs[1].valid() || !form.inputs[2].valid())
        refuseLift(node, "a scale or zero-point is missing");
    const Tensor* scales = m_source.constant(form.inputs[1]);
    if (scales && scales->elements() > 1 && axis < 0)
        refuseLift(node, "its scales have no axis");
    std::optional<Encoding> encoding = statedEncoding(m_source, form);
    if (!encoding || m_source.value(form.inputs[1]).dtype != DType::float32)
        refuseLift(node, "its scale and zero-point are no constant grid");
    if (encoding->perChannel())
        encoding->axis = axis;
    return std::make_shared<const Encoding>(std::move(*encoding));
}

} // namespace lathe
