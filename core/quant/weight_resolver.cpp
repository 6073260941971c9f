// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/weight_resolver.h"

#include <algorithm>
#include <cmath>

namespace lathe {

namespace {

bool isOnIntegerSide(const PointLayout::WeightPoint& point, const Tensor* bias, const Encoding* input,
                     const Encoding& weight)
{
    return point.quantizeBias && bias && bias->elements() > 0 && input && input->format.isInteger() &&
           !input->perChannel() && weight.format.isInteger();
}

/// Bias element i belongs to weight channel i, again and again for groups of a transposed convolution.
bool channelsFit(const Tensor& bias, const Encoding& weight)
{
    const Shape& shape = bias.shape();
    const bool isRow = shape.rank() > 0 && shape[shape.rank() - 1] == bias.elements();
    return !weight.perChannel() ||
           (isRow && bias.elements() % static_cast<std::int64_t>(weight.channels()) == 0);
}

} // namespace

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
                             const QuantSpec& spec, const MethodChoice& method, const Encoding* input)
{
    ResolvedWeight result;
    const int axis = spec.granularity.kind == Granularity::Kind::channel ? point.axis : -1;
    const std::vector<Range> ranges =
        spec.format.isInteger() ? weightRanges(method, weight, axis, spec) : std::vector<Range>{};
    Encoding encoding = makeEncoding(spec, ranges, axis, point.narrow);
    if (isOnIntegerSide(point, bias, input, encoding) && channelsFit(*bias, encoding)) {
        const std::vector<double> floors = weightScaleFloor(*bias, input->scale[0], encoding.channels());
        for (std::size_t c = 0; c < encoding.channels(); ++c)
            encoding.scale[c] = std::max(encoding.scale[c], static_cast<float>(floors[c]));
    }
    result.codes = quantize(weight, encoding);
    result.encoding = std::make_shared<const Encoding>(std::move(encoding));
    resolveBias(point, bias, input, result);
    return result;
}

} // namespace lathe
