// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/weight_resolver.h"

#include <algorithm>
#include <cmath>

#include "core/numeric/value_tables.h"

namespace lathe {

namespace {

bool isOnIntegerSide(const PointLayout::WeightPoint& point, const Tensor* bias, const Encoding* input,
                     const Encoding& weight)
{
    return point.quantizeBias && bias && bias->elements() > 0 && input && input->format.isInteger() &&
           !input->perChannel() && weight.format.isInteger() && !weight.grouped();
}

/// Bias element i belongs to weight channel i, again and again for groups of a transposed convolution.
bool channelsFit(const Tensor& bias, const Encoding& weight)
{
    const Shape& shape = bias.shape();
    const bool isRow = shape.rank() > 0 && shape[shape.rank() - 1] == bias.elements();
    return !weight.perChannel() ||
           (isRow && bias.elements() % static_cast<std::int64_t>(weight.channels()) == 0);
}

int scaleAxis(const PointLayout::WeightPoint& point, const QuantSpec& spec)
{
    switch (spec.granularity.kind) {
    case Granularity::Kind::channel:
        return point.axis;
    case Granularity::Kind::group:
        return groupAxis(point);
    case Granularity::Kind::tensor:
        break;
    }
    return -1;
}

Tensor clipped(const Tensor& weight, const Range& clip)
{
    Tensor result = weight.converted(DType::float32);
    for (float& value : result.mutableData<float>())
        value = std::clamp(value, clip.low, clip.high);
    return result;
}

Encoding weightGrid(const PointLayout::WeightPoint& point, const Tensor& weight, const QuantSpec& spec,
                    const MethodChoice& method, const std::optional<Range>& clip, bool& worse)
{
    const int axis = scaleAxis(point, spec);
    if (spec.format.hasTable() && !spec.format.isFloat8())
        return makeTableEncoding(spec, clip ? clipped(weight, *clip) : weight, axis);
    std::vector<Range> ranges =
        spec.format.hasScale() ? weightRanges(method, weight, axis, spec) : std::vector<Range>{};
    worse = !clip && spec.format.isInteger() && worseThanMinMax(method, weight, axis, spec, ranges);
    if (clip)
        for (Range& range : ranges)
            range = {std::max(range.low, clip->low), std::min(range.high, clip->high)};
    return makeEncoding(spec, ranges, axis, point.narrow);
}

} // namespace

int groupAxis(const PointLayout::WeightPoint& point)
{
    return point.axis == 0 ? 1 : point.axis - 1;
}

const char* whyNoGroups(const PointLayout::WeightPoint& point, const Layer* layer, const Shape& weight)
{
    const bool sums = layer && (layer->op == "MatMul" || layer->op == "Gemm" || layer->op == "Conv" ||
                                layer->op == "ConvTranspose");
    const int axis = groupAxis(point);
    if (!sums || point.axis < 0 || axis < 0 || axis >= weight.rank())
        return "Weights in groups are for matrix products and convolutions.";
    if (layer->depthwise)
        return "A depthwise convolution has one weight a channel and tap: there is nothing to group.";
    if (weight[axis] == 1)
        return "There is one input channel: along it there is nothing to group.";
    return nullptr;
}

std::vector<double> weightScaleFloor(const Tensor& bias, float inputScale, std::size_t channels)
{
    std::vector<double> floors(channels, 0.0);
    const std::vector<float> values = bias.toFloats();
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]))
            continue;
        // A little more than the bound, since the product of the scales is rounded.
        const double floor =
            std::abs(double{values[i]}) / (double{inputScale} * largestBiasCode) * (1 + 1e-6);
        floors[i % channels] = std::max(floors[i % channels], floor);
    }
    return floors;
}

void resolveBias(const PointLayout::WeightPoint& point, const Tensor* bias, const Encoding* input,
                 ResolvedWeight& weight)
{
    weight.biasEncoding = nullptr;
    weight.biasCodes = Tensor();
    if (!isOnIntegerSide(point, bias, input, *weight.encoding) || !channelsFit(*bias, *weight.encoding))
        return;
    Encoding encoding;
    encoding.format = NumberFormat::integer(32, true);
    encoding.minimumCode = encoding.format.minimumCode();
    encoding.maximumCode = encoding.format.maximumCode();
    const bool perChannel = weight.encoding->perChannel();
    encoding.axis = perChannel ? bias->shape().rank() - 1 : -1;
    const auto count = perChannel ? static_cast<std::size_t>(bias->elements()) : std::size_t{1};
    for (std::size_t i = 0; i < count; ++i)
        encoding.scale.push_back(input->scale[0] * weight.encoding->scale[i % weight.encoding->channels()]);
    encoding.zeroPoint.assign(count, 0);
    weight.biasCodes = quantize(*bias, encoding);
    weight.biasEncoding = std::make_shared<const Encoding>(std::move(encoding));
}

ResolvedWeight resolveWeight(const PointLayout::WeightPoint& point, const Tensor& weight, const Tensor* bias,
                             const QuantSpec& spec, const MethodChoice& method, const Encoding* input,
                             const std::optional<Range>& clip)
{
    ResolvedWeight result;
    Encoding encoding = weightGrid(point, weight, spec, method, clip, result.worseThanMinMax);
    if (isOnIntegerSide(point, bias, input, encoding) && channelsFit(*bias, encoding)) {
        const std::vector<double> floors = weightScaleFloor(*bias, input->scale[0], encoding.channels());
        for (std::size_t c = 0; c < encoding.channels(); ++c)
            if (const auto floor = static_cast<float>(floors[c]); floor > encoding.scale[c])
                encoding.scale[c] = spec.powerOfTwo ? powerOfTwoAbove(floor) : floor;
    }
    result.codes = quantize(weight, encoding);
    result.encoding = std::make_shared<const Encoding>(std::move(encoding));
    resolveBias(point, bias, input, result);
    return result;
}

} // namespace lathe
