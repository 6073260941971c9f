// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/value_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/tensor/float8.h"

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

std::vector<float> float8Table(DType type)
{
    std::vector<float> table;
    for (int bits = 0; bits < byteCodes; ++bits) {
        const float value = fromFloat8(static_cast<std::uint8_t>(bits), type);
        table.push_back(std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN());
    }
    return table;
}

} // namespace

const std::vector<float>& fixedTable(const NumberFormat& format)
{
    static const std::vector<float> e4m3 = float8Table(DType::float8e4m3fn), e5m2 = float8Table(DType::float8e5m2),
                                    nf4(normalFloat4.begin(), normalFloat4.end()), binary{-1, 1},
                                    ternary{-1, 0, 1}, none;
    switch (format.kind) {
    case NumberFormat::Kind::float8e4m3:
        return e4m3;
    case NumberFormat::Kind::float8e5m2:
        return e5m2;
    case NumberFormat::Kind::nf4:
        return nf4;
    case NumberFormat::Kind::binary:
        return binary;
    case NumberFormat::Kind::ternary:
        return ternary;
    default:
        return none;
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
