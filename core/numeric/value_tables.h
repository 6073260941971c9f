// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/numeric/encoding.h"

namespace lathe {

/// The values of the codes 0, 1, 2 ... of a format whose table is the same for every tensor; NaN for codes that stand for
/// no finite number. Empty for learned tables, the only ones that an Encoding carries itself. 8-bit floats: OCP 8-bit Floating Point Specification 1.0; nf4: Dettmers et
/// al., "QLoRA", NeurIPS 2023, appendix E; binary: -1, 1; ternary: -1, 0, 1.
const std::vector<float>& fixedTable(const NumberFormat& format);

float smallestEntry(std::span<const float> table);
float largestEntry(std::span<const float> table);

/// Finds the entry nearest to a value; of two as near, the one with the even code.
class TableSearch
{
public:
    explicit TableSearch(std::span<const float> table);

    /// The code; NaN gives that of 0 or of the entry nearest to it.
    std::uint8_t codeOf(float value) const;
    /// True when the value lies beyond the outer entries.
    bool clips(float value) const { return value < m_entries.front().value || value > m_entries.back().value; }

private:
    struct Entry
    {
        float value;
        std::uint8_t code;
    };
    std::vector<Entry> m_entries; ///< ascending, no value twice
};

/// Table and scales of a weight for the formats that take them from its values: "kmeans" (Lloyd's algorithm from quantiles and
/// from equal steps, at most 50 rounds each, the better of the two), "nf4" (largest magnitude), "binary" (mean magnitude: Rastegari et al., "XNOR-Net", ECCV 2016),
/// "ternary" (mean magnitude of what exceeds 0.7 of the mean: Li et al., "Ternary Weight Networks", 2016). `axis` is that of
/// the channels or, in groups, the one that is cut; -1 for one scale.
Encoding makeTableEncoding(const QuantSpec& spec, const Tensor& weight, int axis);

/// The values that each scale of a grid with this axis and group size (0: channels) holds for, in the order of the scales.
/// Throws Error{shapeMismatch} when the axis does not fit.
std::vector<std::vector<float>> valuesByScale(const Tensor& weight, int axis, int groupSize);

/// How many scales there are, and their shape: that of the values with `axis` counted in groups.
Shape groupedShape(const Shape& values, int axis, int groupSize);

} // namespace lathe
