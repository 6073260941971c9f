// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fs.h"
#include "core/numeric/encoding.h"
#include "core/quant/encodings.h"

namespace lathe {

/// All scales, zero-points and bit-widths of a bundle, for a device that has no JSON: "tensorlathe-params-1".
///
/// Little-endian, every field aligned to 4 bytes from the start of the file, nothing after the last:
///
///     char[8]  magic            "TLPARAM1"
///     uint32   entryCount
///     uint32   scaleCount
///     uint32   zeroPointCount
///     uint32   textSize         bytes of text, padded with zeros to a multiple of 4
///     float32  scale[scaleCount]
///     int32    zeroPoint[zeroPointCount]
///     entry    [entryCount], 12 words each:
///         uint32 nameAt, nameSize        into text, UTF-8, no terminator
///         uint32 formatAt, formatSize    into text: "int8", "uint4", "float16" ...
///         uint32 bits                    of one code
///         int32  axis                    -1: one scale for the tensor
///         uint32 block                   elements of one group along the axis; 0: no groups
///         int32  minimumCode, maximumCode
///         uint32 scaleAt, zeroPointAt    indices of the entry's first scale and zero-point
///         uint32 count                   of its scales and zero-points; 0 for the 16-bit float formats
///     char     text[textSize]
///
/// real = (code - zeroPoint) * scale, in float32. Entries, scales, zero-points and texts follow one another
/// in the same order without gaps, so that a list of entries has exactly one spelling.
struct ParamsEntry
{
    std::string name;
    std::string format;
    int bits = 0;
    int axis = -1;
    int block = 0;
    int minimumCode = 0;
    int maximumCode = 0;
    std::vector<float> scale = {};
    std::vector<std::int32_t> zeroPoint = {};

    bool operator==(const ParamsEntry&) const = default;
};

inline constexpr std::string_view paramsLayout = "tensorlathe-params-1";

ParamsEntry paramsEntry(std::string name, const Encoding& encoding);
/// Activations, weights and biases, in this order, each sorted by name.
std::vector<ParamsEntry> paramsOf(const Encodings& encodings);

/// Throws Error{invalidArgument} for entries that readParams would refuse.
Bytes writeParams(std::span<const ParamsEntry> entries);
/// Throws Error{bundleInvalid}: wrong sizes or references, names used twice, scales that are not positive and
/// finite, zero-points or codes outside the bits.
std::vector<ParamsEntry> readParams(std::span<const std::byte> bytes, std::string_view where);

} // namespace lathe
