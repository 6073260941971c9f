// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/encoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lathe {

namespace {

float finiteOrEdge(float value)
{
    if (std::isnan(value))
        return 0;
    constexpr float largest = std::numeric_limits<float>::max();
    return std::clamp(value, -largest, largest);
}

float usableScale(double scale)
{
    return static_cast<float>(std::max(scale, double{smallestScale}));
}

void addAsymmetric(Encoding& encoding, const Range& range)
{
    const double low = std::min(0.0, double{finiteOrEdge(range.low)});
    const double high = std::max(0.0, double{finiteOrEdge(range.high)});
    const int qmin = encoding.minimumCode;
    const int qmax = encoding.maximumCode;
    const float scale = usableScale((high - low) / (double{1} * qmax - qmin));
    const double zero = std::nearbyint(qmin - low / double{scale});
    encoding.scale.push_back(scale);
    encoding.zeroPoint.push_back(
        static_cast<std::int32_t>(std::clamp(zero, double{1} * qmin, double{1} * qmax)));
}

void addSymmetric(Encoding& encoding, const Range& range)
{
    const double magnitude =
        std::max(std::abs(double{finiteOrEdge(range.low)}), std::abs(double{finiteOrEdge(range.high)}));
    const int zero = encoding.format.isSigned ? 0 : 1 << (encoding.format.bits - 1);
    encoding.scale.push_back(usableScale(magnitude / (encoding.maximumCode - zero)));
    encoding.zeroPoint.push_back(zero);
}

} // namespace

float Encoding::lowestReal(std::size_t channel) const
{
    return static_cast<float>(minimumCode - zeroPoint[channel]) * scale[channel];
}

float Encoding::highestReal(std::size_t channel) const
{
    return static_cast<float>(maximumCode - zeroPoint[channel]) * scale[channel];
}

void Encoding::feed(Hasher& hasher) const
{
    hasher.text(format.name()).integer(axis).integer(static_cast<std::int64_t>(scale.size()));
    for (const float value : scale)
        hasher.real(value);
    for (const std::int32_t value : zeroPoint)
        hasher.integer(value);
    hasher.integer(minimumCode).integer(maximumCode);
}

Encoding makeEncoding(const QuantSpec& spec, std::span<const Range> ranges, int axis, bool narrow)
{
    if (spec.format.isFloat32())
        throw Error(ErrorCode::invalidArgument, "encoding", {{"what", "float32 has no quantization grid."}});
    Encoding encoding;
    encoding.format = spec.format;
    if (!spec.format.isInteger())
        return encoding;
    if (ranges.empty() || (axis < 0 && ranges.size() != 1))
        throw Error(ErrorCode::invalidArgument, "encoding",
                    {{"what", "A grid without a channel axis needs exactly one range."}});
    encoding.axis = axis < 0 ? -1 : axis;
    encoding.minimumCode =
        spec.format.minimumCode() + (narrow && spec.symmetric && spec.format.isSigned ? 1 : 0);
    encoding.maximumCode = spec.format.maximumCode();
    for (const Range& range : ranges)
        spec.symmetric ? addSymmetric(encoding, range) : addAsymmetric(encoding, range);
    return encoding;
}

std::int32_t quantizeOne(float value, float scale, std::int32_t zeroPoint, int minimumCode, int maximumCode)
{
    const double steps = value / scale; // a float division, as kernels do it
    if (std::isnan(steps))
        return zeroPoint;
    const double code = std::nearbyint(std::clamp(steps, double{1} * minimumCode - zeroPoint,
                                                  double{1} * maximumCode - zeroPoint)) +
                        zeroPoint;
    return static_cast<std::int32_t>(code);
}

} // namespace lathe
