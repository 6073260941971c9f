// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/numeric/encoding.h"
#include "core/numeric/value_tables.h"

namespace lathe {

namespace {

// Adding and subtracting 1.5 * 2^23 rounds half to even, for magnitudes below 2^22, with instructions that
// every vector unit has. Codes of up to 16 bits stay below that once they are clamped.
constexpr float roundingShift = 12582912.0F;
constexpr int widestVectorBits = 16;

/// One grid in units of its step, relative to the zero-point.
struct Steps
{
    float scale;
    float lowest;
    float highest;
};

Steps stepsOf(const Encoding& encoding, std::size_t channel)
{
    return {encoding.scale[channel], static_cast<float>(encoding.minimumCode - encoding.zeroPoint[channel]),
            static_cast<float>(encoding.maximumCode - encoding.zeroPoint[channel])};
}

/// The nearest step, clamped to [lowest, highest]; NaN gives 0. Never -0.
inline float nearestStep(float value, float scale, float lowest, float highest)
{
    float steps = value / scale;
    steps = steps == steps ? steps : 0.0F;
    steps = steps < lowest ? lowest : steps;
    steps = steps > highest ? highest : steps;
    return (steps + roundingShift) - roundingShift;
}

template <typename Code>
void quantizeRun(const float* __restrict from, Code* __restrict to, std::int64_t count, Steps steps,
                 std::int32_t zeroPoint)
{
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = static_cast<Code>(
            static_cast<std::int32_t>(nearestStep(from[i], steps.scale, steps.lowest, steps.highest)) +
            zeroPoint);
}

template <>
void quantizeRun(const float* __restrict from, std::int32_t* __restrict to, std::int64_t count, Steps steps,
                 std::int32_t zeroPoint)
{
    // Biases: codes go beyond what float arithmetic holds.
    for (std::int64_t i = 0; i < count; ++i) {
        const double code = std::nearbyint(double{from[i]} / double{steps.scale});
        to[i] = std::isnan(code)
                    ? zeroPoint
                    : static_cast<std::int32_t>(std::clamp(code + zeroPoint, -0x1p31, 0x1p31 - 1));
    }
}

template <typename Code>
void dequantizeRun(const Code* __restrict from, float* __restrict to, std::int64_t count, float scale,
                   std::int32_t zeroPoint)
{
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = static_cast<float>(from[i] - zeroPoint) * scale;
}

/// How an axis cuts a tensor: `outer` times `channels` runs of `inner` neighbours with one scale each.
struct Runs
{
    std::int64_t outer = 1;
    std::int64_t channels = 1;
    std::int64_t inner = 1;
    std::int64_t group = 0; ///< channels that share a scale; 0: each has its own, whatever `outer`
};

Runs runsOf(const Shape& shape, std::int64_t elements, const Encoding& encoding)
{
    if (!encoding.perChannel())
        return {1, 1, elements};
    if (encoding.grouped()) {
        if (encoding.axis >= shape.rank() ||
            groupedShape(shape, encoding.axis, encoding.groupSize).elements() !=
                static_cast<std::int64_t>(encoding.channels()))
            throw Error(ErrorCode::shapeMismatch, "quantize",
                        {{"actual", shape.text()}, {"expected", "as many groups as the grid has scales"}});
        return {shape.elements(0, encoding.axis), shape[encoding.axis],
                shape.elements(encoding.axis + 1, shape.rank()), encoding.groupSize};
    }
    const auto channels = static_cast<std::int64_t>(encoding.channels());
    if (encoding.axis >= shape.rank() || shape[encoding.axis] != channels)
        throw Error(
            ErrorCode::shapeMismatch, "quantize",
            {{"actual", shape.text()},
             {"expected", std::to_string(channels) + " channels on axis " + std::to_string(encoding.axis)}});
    return {shape.elements(0, encoding.axis), channels, shape.elements(encoding.axis + 1, shape.rank())};
}

/// Blocked scales: neighbours along an inner axis have scales of their own.
template <typename Work>
void forEachBlockedRun(const Runs& runs, Work&& work)
{
    const std::int64_t groups = (runs.channels + runs.group - 1) / runs.group;
    const std::int64_t length = runs.inner == 1 ? runs.group : 1;
    std::int64_t offset = 0;
    for (std::int64_t outer = 0; outer < runs.outer; ++outer)
        for (std::int64_t k = 0; k < runs.channels; k += length)
            for (std::int64_t i = 0; i < runs.inner; ++i) {
                const std::int64_t count = std::min(length, runs.channels - k);
                work(offset, count, static_cast<std::size_t>((outer * groups + k / runs.group) * runs.inner + i));
                offset += count;
            }
}

/// Calls work(offset, count, channel) for every run.
template <typename Work>
void forEachRun(const Runs& runs, Work&& work)
{
    if (runs.group > 0)
        return forEachBlockedRun(runs, work);
    std::int64_t offset = 0;
    for (std::int64_t outer = 0; outer < runs.outer; ++outer)
        for (std::int64_t channel = 0; channel < runs.channels; ++channel, offset += runs.inner)
            work(offset, runs.inner, static_cast<std::size_t>(channel));
}

template <typename Code>
Tensor quantizeAs(std::span<const float> real, const Shape& shape, const Encoding& encoding)
{
    Tensor codes(encoding.format.container(), shape);
    const auto to = codes.mutableData<Code>();
    forEachRun(runsOf(shape, codes.elements(), encoding),
               [&](std::int64_t offset, std::int64_t count, std::size_t channel) {
                   quantizeRun<Code>(real.data() + offset, to.data() + offset, count,
                                     stepsOf(encoding, channel), encoding.zeroPoint[channel]);
               });
    return codes;
}

template <typename Code>
Tensor dequantizeAs(const Tensor& codes, const Encoding& encoding)
{
    Tensor real(DType::float32, codes.shape());
    const auto from = codes.data<Code>();
    const auto to = real.mutableData<float>();
    forEachRun(runsOf(codes.shape(), codes.elements(), encoding),
               [&](std::int64_t offset, std::int64_t count, std::size_t channel) {
                   dequantizeRun<Code>(from.data() + offset, to.data() + offset, count,
                                       encoding.scale[channel], encoding.zeroPoint[channel]);
               });
    return real;
}

/// One search for all runs, or one a channel where tables are learned.
std::vector<TableSearch> searchesOf(const Encoding& encoding)
{
    std::vector<TableSearch> searches;
    const std::size_t tables = encoding.table.size() / std::max<std::size_t>(encoding.entries(), 1); // none: fixed
    for (std::size_t i = 0; i < std::max<std::size_t>(tables, 1); ++i)
        searches.emplace_back(encoding.tableOf(i));
    return searches;
}

/// The places in the table: 8-bit floats are stored as theirs.
std::uint8_t* tableCodes(Tensor& codes)
{
    return reinterpret_cast<std::uint8_t*>(codes.mutableBytes().data());
}

const std::uint8_t* tableCodes(const Tensor& codes)
{
    return reinterpret_cast<const std::uint8_t*>(codes.bytes().data());
}

Tensor quantizeByTable(const Tensor& real, const Encoding& encoding)
{
    const Tensor floats = real.converted(DType::float32);
    const auto from = floats.data<float>();
    Tensor codes(encoding.format.container(), real.shape());
    std::uint8_t* to = tableCodes(codes);
    const std::vector<TableSearch> searches = searchesOf(encoding);
    forEachRun(runsOf(real.shape(), codes.elements(), encoding),
               [&](std::int64_t offset, std::int64_t count, std::size_t channel) {
                   const TableSearch& search = searches[searches.size() > 1 ? channel : 0];
                   for (auto i = static_cast<std::size_t>(offset); i < static_cast<std::size_t>(offset + count); ++i)
                       to[i] = search.codeOf(from[i] / encoding.scale[channel]);
               });
    return codes;
}

Tensor dequantizeByTable(const Tensor& codes, const Encoding& encoding)
{
    Tensor real(DType::float32, codes.shape());
    const std::uint8_t* from = tableCodes(codes);
    const auto to = real.mutableData<float>();
    forEachRun(runsOf(codes.shape(), codes.elements(), encoding),
               [&](std::int64_t offset, std::int64_t count, std::size_t channel) {
                   const std::span<const float> table = encoding.tableOf(channel);
                   for (auto i = static_cast<std::size_t>(offset); i < static_cast<std::size_t>(offset + count); ++i)
                       to[i] = (from[i] < table.size() ? table[from[i]] : 0.0F) * encoding.scale[channel];
               });
    return real;
}

std::int64_t roundToTable(std::span<float> values, const Encoding& encoding, std::size_t channel)
{
    const std::span<const float> table = encoding.tableOf(channel);
    const TableSearch search(table);
    std::int64_t clipped = 0;
    for (float& value : values) {
        const float scaled = value / encoding.scale[channel];
        clipped += search.clips(scaled) ? 1 : 0;
        value = table[search.codeOf(scaled)] * encoding.scale[channel];
    }
    return clipped;
}

std::int64_t fakeQuantizeRun(float* __restrict values, std::int64_t count, Steps steps)
{
    std::int64_t clipped = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const float wide = nearestStep(values[i], steps.scale, steps.lowest - 1, steps.highest + 1);
        float step = wide < steps.lowest ? steps.lowest : wide;
        step = step > steps.highest ? steps.highest : step;
        clipped += wide != step;
        values[i] = step * steps.scale;
    }
    return clipped;
}

template <typename Half, Half (*narrow)(float)>
std::int64_t roundToHalf(std::span<float> values)
{
    std::int64_t overflowed = 0;
    for (float& value : values) {
        const float rounded = toFloat(narrow(value));
        overflowed += std::isinf(rounded) && !std::isinf(value);
        value = rounded;
    }
    return overflowed;
}

} // namespace

Tensor quantize(const Tensor& real, const Encoding& encoding)
{
    if (encoding.format.hasTable())
        return quantizeByTable(real, encoding);
    if (encoding.format.isDynamic())
        throw Error(ErrorCode::invalidArgument, "quantize", {{"what", "A dynamic format has no codes of its own."}});
    if (!encoding.format.isInteger())
        return real.converted(encoding.format.container());
    const Tensor floats = real.converted(DType::float32);
    const auto values = floats.data<float>();
    switch (encoding.format.container()) {
    case DType::int2:
    case DType::int4:
    case DType::int8:
        return quantizeAs<std::int8_t>(values, real.shape(), encoding);
    case DType::uint2:
    case DType::uint4:
    case DType::uint8:
        return quantizeAs<std::uint8_t>(values, real.shape(), encoding);
    case DType::int16:
        return quantizeAs<std::int16_t>(values, real.shape(), encoding);
    case DType::uint16:
        return quantizeAs<std::uint16_t>(values, real.shape(), encoding);
    default:
        return quantizeAs<std::int32_t>(values, real.shape(), encoding);
    }
}

Tensor dequantize(const Tensor& codes, const Encoding& encoding)
{
    if (encoding.format.hasTable()) {
        if (codes.dtype() != encoding.format.container())
            throw Error(ErrorCode::dtypeMismatch, "dequantize",
                        {{"actual", std::string(dtypeName(codes.dtype()))},
                         {"expected", std::string(dtypeName(encoding.format.container()))}});
        return dequantizeByTable(codes, encoding);
    }
    if (!encoding.format.isInteger())
        return codes.converted(DType::float32);
    switch (codes.dtype()) {
    case DType::int2:
    case DType::int4:
    case DType::int8:
        return dequantizeAs<std::int8_t>(codes, encoding);
    case DType::uint2:
    case DType::uint4:
    case DType::uint8:
        return dequantizeAs<std::uint8_t>(codes, encoding);
    case DType::int16:
        return dequantizeAs<std::int16_t>(codes, encoding);
    case DType::uint16:
        return dequantizeAs<std::uint16_t>(codes, encoding);
    case DType::int32:
        return dequantizeAs<std::int32_t>(codes, encoding);
    default:
        throw Error(ErrorCode::dtypeMismatch, "dequantize",
                    {{"actual", std::string(dtypeName(codes.dtype()))}, {"expected", "integer codes"}});
    }
}

Tensor fakeQuantize(const Tensor& real, const Encoding& encoding)
{
    if (encoding.format.bits > widestVectorBits || encoding.format.hasTable())
        return dequantize(quantize(real, encoding), encoding);
    Tensor result = real.converted(DType::float32);
    const auto values = result.mutableData<float>();
    const Runs runs = encoding.format.isInteger() ? runsOf(result.shape(), result.elements(), encoding)
                                                  : Runs{1, 1, result.elements()};
    forEachRun(runs, [&](std::int64_t offset, std::int64_t count, std::size_t channel) {
        fakeQuantizeBlock(values.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count)),
                          encoding, channel);
    });
    return result;
}

std::int64_t fakeQuantizeBlock(std::span<float> values, const Encoding& encoding, std::size_t channel)
{
    switch (encoding.format.kind) {
    case NumberFormat::Kind::float16:
        return roundToHalf<Float16, toFloat16>(values);
    case NumberFormat::Kind::bfloat16:
        return roundToHalf<BFloat16, toBFloat16>(values);
    case NumberFormat::Kind::float32:
        return 0;
    case NumberFormat::Kind::dynamic: {
        const Encoding grid = dynamicEncoding(values);
        return fakeQuantizeRun(values.data(), static_cast<std::int64_t>(values.size()), stepsOf(grid, 0));
    }
    case NumberFormat::Kind::integer:
        break;
    default:
        return roundToTable(values, encoding, channel);
    }
    return fakeQuantizeRun(values.data(), static_cast<std::int64_t>(values.size()),
                           stepsOf(encoding, channel));
}

} // namespace lathe
