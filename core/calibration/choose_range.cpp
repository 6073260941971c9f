// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/calibration/tensor_scan.h"

namespace lathe {

namespace {

Range rangeOf(const Calibrator& calibrator, const RangeRequest& request)
{
    if (request.statistics.moments.count == 0)
        return {0, 0};
    const Range full = request.fullRange();
    if (!request.spec.format.isInteger())
        return full;
    const Range range = calibrator.range(request);
    const bool usable = std::isfinite(range.low) && std::isfinite(range.high) && range.low <= range.high;
    const bool flat = range.low == 0 && range.high == 0;
    return usable && !flat ? range : full;
}

/// The values of one channel, gathered side by side.
std::vector<float> channelValues(std::span<const float> values, const Shape& shape, int axis,
                                 std::int64_t channel)
{
    const auto inner = static_cast<std::size_t>(shape.elements(axis + 1, shape.rank()));
    const auto stride = inner * static_cast<std::size_t>(shape[axis]);
    std::vector<float> gathered;
    gathered.reserve(values.size() / static_cast<std::size_t>(shape[axis]));
    for (std::size_t from = inner * static_cast<std::size_t>(channel); from < values.size(); from += stride)
        gathered.insert(gathered.end(), values.begin() + static_cast<std::ptrdiff_t>(from),
                        values.begin() + static_cast<std::ptrdiff_t>(from + inner));
    return gathered;
}

} // namespace

Range chooseRange(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    return rangeOf(calibrator, {statistics, spec, method.options});
}

std::vector<Range> weightRanges(const MethodChoice& method, const Tensor& weight, int axis,
                                const QuantSpec& spec)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    const Tensor floats = weight.converted(DType::float32);
    const auto values = floats.data<float>();
    const auto rangeOfValues = [&](std::span<const float> part) {
        TensorStatistics statistics;
        statistics.moments = scanMoments(part);
        return rangeOf(calibrator, {statistics, spec, method.options, part});
    };
    if (axis < 0)
        return {rangeOfValues(values)};
    if (axis >= weight.shape().rank())
        throw Error(ErrorCode::shapeMismatch, "weight ranges",
                    {{"actual", weight.shape().text()}, {"expected", "an axis " + std::to_string(axis)}});
    std::vector<Range> ranges;
    for (std::int64_t channel = 0; channel < weight.shape()[axis]; ++channel)
        ranges.push_back(rangeOfValues(channelValues(values, weight.shape(), axis, channel)));
    return ranges;
}

} // namespace lathe
