// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/encoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/numeric/value_tables.h"

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

void addAsymmetric(Encoding& encoding, const Range& range, bool powerOfTwo)
{
    const double low = std::min(0.0, double{finiteOrEdge(range.low)});
    const double high = std::max(0.0, double{finiteOrEdge(range.high)});
    const int qmin = encoding.minimumCode;
    const int qmax = encoding.maximumCode;
    const float exact = usableScale((high - low) / (double{1} * qmax - qmin));
    const float scale = powerOfTwo ? powerOfTwoAbove(exact) : exact;
    const double zero = std::nearbyint(qmin - low / double{scale});
    encoding.scale.push_back(scale);
    encoding.zeroPoint.push_back(
        static_cast<std::int32_t>(std::clamp(zero, double{1} * qmin, double{1} * qmax)));
}

double magnitudeOf(const Range& range)
{
    return std::max(std::abs(double{finiteOrEdge(range.low)}), std::abs(double{finiteOrEdge(range.high)}));
}

void addSymmetric(Encoding& encoding, const Range& range, bool powerOfTwo)
{
    const int zero = encoding.format.isSigned ? 0 : 1 << (encoding.format.bits - 1);
    const float exact = usableScale(magnitudeOf(range) / (encoding.maximumCode - zero));
    encoding.scale.push_back(powerOfTwo ? powerOfTwoAbove(exact) : exact);
    encoding.zeroPoint.push_back(zero);
}

} // namespace

std::size_t Encoding::entries() const
{
    return format.kind == NumberFormat::Kind::kmeans ? std::size_t{1} << format.bits : fixedTable(format).size();
}

std::span<const float> Encoding::tableOf(std::size_t channel) const
{
    if (format.kind != NumberFormat::Kind::kmeans)
        return fixedTable(format);
    const std::span<const float> all(table);
    return all.size() == entries() ? all : all.subspan(channel * entries(), entries());
}

std::vector<float> Encoding::levels(std::size_t channel) const
{
    std::vector<float> values;
    for (const float entry : tableOf(channel))
        if (std::isfinite(entry))
            values.push_back(entry * scale[channel] + 0.0F); // no -0
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

float Encoding::lowestReal(std::size_t channel) const
{
    if (format.hasTable())
        return smallestEntry(tableOf(channel)) * scale[channel];
    return static_cast<float>(minimumCode - zeroPoint[channel]) * scale[channel];
}

float Encoding::highestReal(std::size_t channel) const
{
    if (format.hasTable())
        return largestEntry(tableOf(channel)) * scale[channel];
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
    // Grids of older projects keep their digests.
    if (grouped())
        hasher.text("group").integer(groupSize);
    for (const float value : table)
        hasher.real(value);
}

Encoding makeEncoding(const QuantSpec& spec, std::span<const Range> ranges, int axis, bool narrow)
{
    if (spec.format.isFloat32())
        throw Error(ErrorCode::invalidArgument, "encoding", {{"what", "float32 has no quantization grid."}});
    Encoding encoding;
    encoding.format = spec.format;
    if (!spec.format.isInteger() && !spec.format.isFloat8())
        return encoding;
    if (ranges.empty() || (axis < 0 && ranges.size() != 1))
        throw Error(ErrorCode::invalidArgument, "encoding",
                    {{"what", "A grid without a channel axis needs exactly one range."}});
    encoding.axis = axis < 0 ? -1 : axis;
    if (axis >= 0 && spec.granularity.kind == Granularity::Kind::group)
        encoding.groupSize = spec.granularity.groupSize;
    if (spec.format.isFloat8()) {
        const double largest = largestEntry(fixedTable(spec.format));
        for (const Range& range : ranges)
            encoding.scale.push_back(usableScale(magnitudeOf(range) / largest));
        encoding.zeroPoint.assign(encoding.scale.size(), 0);
        return encoding;
    }
    encoding.minimumCode =
        spec.format.minimumCode() + (narrow && spec.symmetric && spec.format.isSigned ? 1 : 0);
    encoding.maximumCode = spec.format.maximumCode();
    for (const Range& range : ranges)
        spec.symmetric ? addSymmetric(encoding, range, spec.powerOfTwo)
                       : addAsymmetric(encoding, range, spec.powerOfTwo);
    return encoding;
}

float powerOfTwoAbove(float scale)
{
    int exponent = 0;
    const float mantissa = std::frexp(scale, &exponent); // in [0.5, 1)
    constexpr int largestExponent = 127;
    return std::ldexp(1.0F, std::min(mantissa > 0.5F ? exponent : exponent - 1, largestExponent));
}

Encoding dynamicEncoding(std::span<const float> values)
{
    float low = 0, high = 0;
    for (const float value : values) {
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    Encoding encoding;
    encoding.format = NumberFormat::integer(8, false);
    encoding.maximumCode = encoding.format.maximumCode();
    const float scale = (high - low) / 255.0F;
    encoding.scale = {scale > 0 && std::isfinite(scale) ? scale : 1.0F};
    encoding.zeroPoint = {quantizeOne(-low, encoding.scale[0], 0, 0, encoding.maximumCode)};
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
