// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/tensor/dtype.h"

namespace lathe {

/// How numbers of a tensor are held: "float32", "float16", "bfloat16", "int2" ... "int16", "uint2" ... "uint16"; by a
/// table of values times a scale: "float8e4m3", "float8e5m2" (OCP 8-bit floats, saturating), "kmeans16", "kmeans256"
/// (values learned from the weight), "nf4" (QLoRA), "binary", "ternary"; "uint8:dynamic" on the range of each tensor as
/// it comes.
struct NumberFormat {
    enum class Kind : std::uint8_t {
        float32, float16, bfloat16, integer, float8e4m3, float8e5m2, kmeans, nf4, binary, ternary, dynamic
    };

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
    bool isFloat8() const { return kind == Kind::float8e4m3 || kind == Kind::float8e5m2; }
    bool isDynamic() const { return kind == Kind::dynamic; }
    /// True when codes are places in a table (core/numeric/value_tables.h).
    bool hasTable() const { return kind >= Kind::float8e4m3 && kind <= Kind::ternary; }
    /// True when the values of its grid are scaled: integers and tables.
    bool hasScale() const { return isInteger() || hasTable(); }
    /// Smallest and largest code of an integer format: int4 -8..7, uint4 0..15.
    int minimumCode() const;
    int maximumCode() const;
    /// The narrowest memory type that holds the codes (int4 -> DType::int4, int5 -> int8, uint12 -> uint16, nf4 -> uint4,
    /// float8e4m3 -> float8e4m3fn, whose bits are the code).
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
    bool powerOfTwo = false;  ///< ":pow2": scales are powers of two

    /// Defaults: granularity tensor; symmetric for signed, asymmetric for unsigned formats; "nf4" in groups of 64,
    /// "binary" and "ternary" a channel.
    static QuantSpec parse(std::string_view text);
    std::string name() const;
    bool operator==(const QuantSpec&) const = default;
};

}  // namespace lathe
