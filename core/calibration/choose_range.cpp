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
    const int groupSize = spec.granularity.kind == Granularity::Kind::group ? spec.granularity.groupSize : 0;
    std::vector<Range> ranges;
    for (const std::vector<float>& values : valuesByScale(weight, axis, groupSize)) {
        TensorStatistics statistics;
        statistics.moments = scanMoments(values);
        ranges.push_back(rangeOf(calibrator, {statistics, spec, method.options, values}));
    }
    return ranges;
}

} // namespace lathe
