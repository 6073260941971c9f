// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/value_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lathe {

namespace {

constexpr int byteCodes = 256;

/// QLoRA's table: quantiles of a normal distribution, scaled to [-1, 1], with an exact zero.
constexpr std::array normalFloat4{-1.0F,
                                  -0.6961928009986877F,
                                  -0.5250730514526367F,
                                  -0.39491748809814453F,
                                  -0.28444138169288635F,
                                  -0.18477343022823334F,
                                  -0.09105003625154495F,
                                  0.0F,
                                  0.07958029955625534F,
                                  0.16093020141124725F,
                                  0.24611230194568634F,
                                  0.33791524171829224F,
                                  0.44070982933044434F,
                                  0.5626170039176941F,
                                  0.7229568362236023F,
                                  1.0F};

/// Magnitude of the low 7 bits as a float with so many mantissa bits.
float minifloat(int bits, int mantissaBits, int bias)
{
    const int exponent = bits >> mantissaBits;
    const int mantissa = bits & ((1 << mantissaBits) - 1);
    const int one = exponent == 0 ? 0 : 1 << mantissaBits;
    return std::ldexp(static_cast<float>(one + mantissa), std::max(exponent, 1) - bias - mantissaBits);
}

/// E4M3 has no infinity and one NaN a sign; E5M2 keeps IEEE's.
std::vector<float> float8Table(bool e4m3)
{
    const int lastFinite = e4m3 ? 0x7E : 0x7B;
    std::vector<float> table(byteCodes, std::numeric_limits<float>::quiet_NaN());
    for (int bits = 0; bits <= lastFinite; ++bits) {
        const float magnitude = e4m3 ? minifloat(bits, 3, 7) : minifloat(bits, 2, 15);
        table[static_cast<std::size_t>(bits)] = magnitude;
        table[static_cast<std::size_t>(bits + byteCodes / 2)] = -magnitude;
    }
    return table;
}

} // namespace

std::vector<float> fixedTable(const NumberFormat& format)
{
    switch (format.kind) {
    case NumberFormat::Kind::float8e4m3:
        return float8Table(true);
    case NumberFormat::Kind::float8e5m2:
        return float8Table(false);
    case NumberFormat::Kind::nf4:
        return {normalFloat4.begin(), normalFloat4.end()};
    case NumberFormat::Kind::binary:
        return {-1, 1};
    case NumberFormat::Kind::ternary:
        return {-1, 0, 1};
    default:
        return {};
    }
}

float smallestEntry(std::span<const float> table)
{
    float smallest = std::numeric_limits<float>::infinity();
    for (const float value : table)
        smallest = value < smallest ? value : smallest;
    return smallest;
}

float largestEntry(std::span<const float> table)
{
    float largest = -std::numeric_limits<float>::infinity();
    for (const float value : table)
        largest = value > largest ? value : largest;
    return largest;
}

TableSearch::TableSearch(std::span<const float> table)
{
    for (std::size_t code = 0; code < table.size(); ++code)
        if (std::isfinite(table[code]))
            m_entries.push_back({table[code], static_cast<std::uint8_t>(code)});
    std::stable_sort(m_entries.begin(), m_entries.end(),
                     [](const Entry& a, const Entry& b) { return a.value < b.value; });
    m_entries.erase(std::unique(m_entries.begin(), m_entries.end(),
                                [](const Entry& a, const Entry& b) { return a.value == b.value; }),
                    m_entries.end());
    if (m_entries.empty())
        m_entries.push_back({0, 0});
}

std::uint8_t TableSearch::codeOf(float value) const
{
    if (std::isnan(value))
        value = 0;
    const auto above = std::lower_bound(m_entries.begin(), m_entries.end(), value,
                                        [](const Entry& entry, float wanted) { return entry.value < wanted; });
    if (above == m_entries.begin())
        return above->code;
    const auto below = above - 1;
    if (above == m_entries.end())
        return below->code;
    const double up = double{above->value} - double{value};
    const double down = double{value} - double{below->value};
    if (up == down)
        return above->code % 2 == 0 ? above->code : below->code;
    return up < down ? above->code : below->code;
}

Shape groupedShape(const Shape& values, int axis, int groupSize)
{
    std::vector<std::int64_t> dims = values.dims();
    std::int64_t& cut = dims.at(static_cast<std::size_t>(axis));
    cut = (cut + groupSize - 1) / groupSize;
    return Shape(dims);
}

std::vector<std::vector<float>> valuesByScale(const Tensor& weight, int axis, int groupSize)
{
    const std::vector<float> values = weight.toFloats();
    if (axis < 0)
        return {values};
    const Shape& shape = weight.shape();
    if (axis >= shape.rank())
        throw Error(ErrorCode::shapeMismatch, "scales of a weight",
                    {{"actual", shape.text()}, {"expected", "an axis " + std::to_string(axis)}});
    const std::int64_t inner = shape.elements(axis + 1, shape.rank());
    const std::int64_t along = shape[axis];
    const std::int64_t groups = groupSize > 0 ? (along + groupSize - 1) / groupSize : along;
    const bool grouped = groupSize > 0;
    const std::int64_t outer = shape.elements(0, axis);
    std::vector<std::vector<float>> result(static_cast<std::size_t>(grouped ? outer * groups * inner : along));
    std::size_t at = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t k = 0; k < along; ++k)
            for (std::int64_t i = 0; i < inner; ++i)
                result[static_cast<std::size_t>(grouped ? (o * groups + k / groupSize) * inner + i : k)].push_back(
                    values[at++]);
    return result;
}

} // namespace lathe
