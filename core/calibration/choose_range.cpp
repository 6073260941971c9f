// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/calibration/tensor_scan.h"
#include "core/numeric/value_tables.h"

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

int groupSizeOf(const QuantSpec& spec)
{
    return spec.granularity.kind == Granularity::Kind::group ? spec.granularity.groupSize : 0;
}

TensorStatistics momentsOnly(std::span<const float> values)
{
    TensorStatistics statistics;
    statistics.moments = scanMoments(values);
    return statistics;
}

} // namespace

Range chooseRange(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    return rangeOf(calibrator, {statistics, spec, method.options});
}

bool worseThanMinMax(const MethodChoice& method, const TensorStatistics& statistics, const QuantSpec& spec,
                     const Range& chosen)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    const RangeRequest request{statistics, spec, method.options};
    const Range full = request.fullRange();
    if (!calibrator.loss || !spec.format.isInteger() || statistics.moments.count == 0 || chosen == full)
        return false;
    return calibrator.loss(request, chosen) > calibrator.loss(request, full);
}

std::vector<Range> weightRanges(const MethodChoice& method, const Tensor& weight, int axis,
                                const QuantSpec& spec)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    std::vector<Range> ranges;
    for (const std::vector<float>& values : valuesByScale(weight, axis, groupSizeOf(spec)))
        ranges.push_back(rangeOf(calibrator, {momentsOnly(values), spec, method.options, values}));
    return ranges;
}

bool worseThanMinMax(const MethodChoice& method, const Tensor& weight, int axis, const QuantSpec& spec,
                     const std::vector<Range>& chosen)
{
    const Calibrator& calibrator = calibrators().get(method.id, "range method");
    if (!calibrator.loss || !spec.format.isInteger())
        return false;
    double own = 0, full = 0;
    std::size_t at = 0;
    for (const std::vector<float>& values : valuesByScale(weight, axis, groupSizeOf(spec))) {
        const TensorStatistics statistics = momentsOnly(values);
        const RangeRequest request{statistics, spec, method.options, values};
        own += calibrator.loss(request, chosen.at(at++));
        full += calibrator.loss(request, request.fullRange());
    }
    return own > full;
}

} // namespace lathe
