// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/tensor/dtype.h"

namespace lathe {

/// How numbers of a tensor are held: "float32", "float16", "bfloat16", "int2" ... "int16", "uint2" ... "uint16".
struct NumberFormat {
    enum class Kind : std::uint8_t { float32, float16, bfloat16, integer };

    Kind kind = Kind::float32;
    int bits = 32;
    bool isSigned = true;

    static NumberFormat float32() { return {}; }
    static NumberFormat integer(int bits, bool isSigned) { return {Kind::integer, bits, isSigned}; }
    /// Throws Error{unknownName} that lists the known names.
    static NumberFormat parse(std::string_view name);
    std::string name() const;

    bool isInteger() const { return kind == Kind::integer; }
    bool isFloat32() const { return kind == Kind::float32; }
    /// Smallest and largest code of an integer format: int4 -8..7, uint4 0..15.
    int minimumCode() const;
    int maximumCode() const;
    /// The narrowest memory type that holds the codes (int4 -> DType::int4, int5 -> int8, uint12 -> uint16).
    DType container() const;

    bool operator==(const NumberFormat&) const = default;
};

/// One scale for the whole tensor, one for each channel, or one for each group of `groupSize` along K.
struct Granularity {
    enum class Kind : std::uint8_t { tensor, channel, group };

    Kind kind = Kind::tensor;
    int groupSize = 0;

    static Granularity parse(std::string_view text);  ///< "tensor", "channel", "group:32"
    std::string name() const;
    bool operator==(const Granularity&) const = default;
};

/// What a person asks of a tensor: "int8:channel:symmetric". Parts left out take the defaults of `parse`.
struct QuantSpec {
    NumberFormat format;
    Granularity granularity;
    bool symmetric = false;

    /// Defaults: granularity tensor; symmetric for signed, asymmetric for unsigned formats.
    static QuantSpec parse(std::string_view text);
    std::string name() const;
    bool operator==(const QuantSpec&) const = default;
};

}  // namespace lathe
