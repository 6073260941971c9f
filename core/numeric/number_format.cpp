// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/number_format.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// Magnitude of an int: codes of wider formats end there.
constexpr int codeBits = 31;
constexpr int smallestBits = 2;
constexpr int largestBits = 16;
constexpr int biasBits = 32;

const char* const knownFormats = "float32, float16, bfloat16, float8e4m3, float8e5m2, int2 ... int16, uint2 ... uint16, "
                                 "kmeans16, kmeans256, nf4, binary, ternary, uint8:dynamic";

struct NamedFormat
{
    std::string_view name;
    NumberFormat format;
};

constexpr std::array namedFormats{
    NamedFormat{"float32", {NumberFormat::Kind::float32, 32, true}},
    NamedFormat{"float16", {NumberFormat::Kind::float16, 16, true}},
    NamedFormat{"bfloat16", {NumberFormat::Kind::bfloat16, 16, true}},
    NamedFormat{"float8e4m3", {NumberFormat::Kind::float8e4m3, 8, true}},
    NamedFormat{"float8e5m2", {NumberFormat::Kind::float8e5m2, 8, true}},
    NamedFormat{"kmeans16", {NumberFormat::Kind::kmeans, 4, true}},
    NamedFormat{"kmeans256", {NumberFormat::Kind::kmeans, 8, true}},
    NamedFormat{"nf4", {NumberFormat::Kind::nf4, 4, true}},
    NamedFormat{"binary", {NumberFormat::Kind::binary, 1, true}},
    NamedFormat{"ternary", {NumberFormat::Kind::ternary, 2, true}},
    NamedFormat{"uint8:dynamic", {NumberFormat::Kind::dynamic, 8, false}},
};

[[noreturn]] void throwUnknown(std::string_view kind, std::string_view name, std::string_view known)
{
    throw Error(ErrorCode::unknownName, std::string(name),
                {{"kind", std::string(kind)}, {"name", std::string(name)}, {"known", std::string(known)}});
}

/// The digits after "int" or "uint" as bits, 0 when they are no known width.
int parseBits(std::string_view digits)
{
    if (digits.empty() || digits.size() > 2 || digits.front() == '0')
        return 0;
    int bits = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9')
            return 0;
        bits = 10 * bits + (digit - '0');
    }
    return bits >= smallestBits && (bits <= largestBits || bits == biasBits) ? bits : 0;
}

} // namespace

NumberFormat NumberFormat::parse(std::string_view name)
{
    for (const NamedFormat& known : namedFormats)
        if (known.name == name)
            return known.format;
    const bool isSigned = name.substr(0, 3) == "int";
    if (isSigned || name.substr(0, 4) == "uint") {
        const int bits = parseBits(name.substr(isSigned ? 3 : 4));
        if (bits != 0 && (bits <= largestBits || isSigned))
            return integer(bits, isSigned);
    }
    throwUnknown("number format", name, knownFormats);
}

std::string NumberFormat::name() const
{
    for (const NamedFormat& known : namedFormats)
        if (known.format == *this)
            return std::string(known.name);
    return (isSigned ? "int" : "uint") + std::to_string(bits);
}

int NumberFormat::minimumCode() const
{
    if (!isInteger() || !isSigned)
        return 0;
    return static_cast<int>(-(std::int64_t{1} << std::min(bits - 1, codeBits)));
}

int NumberFormat::maximumCode() const
{
    if (!isInteger())
        return 0;
    return static_cast<int>((std::int64_t{1} << std::min(isSigned ? bits - 1 : bits, codeBits)) - 1);
}

DType NumberFormat::container() const
{
    if (kind == Kind::float32 || kind == Kind::float16 || kind == Kind::bfloat16)
        return parseDType(name());
    if (isFloat8())
        return kind == Kind::float8e4m3 ? DType::float8e4m3fn : DType::float8e5m2;
    if (hasTable())
        return bits <= 2 ? DType::uint2 : bits <= 4 ? DType::uint4 : DType::uint8;
    if (bits <= 2)
        return isSigned ? DType::int2 : DType::uint2;
    if (bits <= 4)
        return isSigned ? DType::int4 : DType::uint4;
    if (bits <= 8)
        return isSigned ? DType::int8 : DType::uint8;
    if (bits <= 16)
        return isSigned ? DType::int16 : DType::uint16;
    return isSigned ? DType::int32 : DType::uint32;
}

Granularity Granularity::parse(std::string_view text)
{
    if (text == "tensor")
        return {Kind::tensor, 0};
    if (text == "channel")
        return {Kind::channel, 0};
    constexpr std::string_view group = "group:";
    if (text.substr(0, group.size()) == group) {
        const std::int64_t size = parseInteger(text.substr(group.size()), text);
        if (size < 1 || size > (std::int64_t{1} << 20))
            throw Error(ErrorCode::invalidArgument, std::string(text),
                        {{"what", "The group size must be between 1 and 1048576."}});
        return {Kind::group, static_cast<int>(size)};
    }
    throwUnknown("granularity", text, "tensor, channel, group:N");
}

std::string Granularity::name() const
{
    switch (kind) {
    case Kind::tensor:
        return "tensor";
    case Kind::channel:
        return "channel";
    case Kind::group:
        break;
    }
    return "group:" + std::to_string(groupSize);
}

namespace {

constexpr std::string_view dynamicPart = ":dynamic";

Granularity defaultGranularity(const NumberFormat& format)
{
    constexpr int nf4Group = 64; // as QLoRA has it
    if (format.kind == NumberFormat::Kind::nf4)
        return {Granularity::Kind::group, nf4Group};
    const bool signs = format.kind == NumberFormat::Kind::binary || format.kind == NumberFormat::Kind::ternary;
    return {signs ? Granularity::Kind::channel : Granularity::Kind::tensor, 0};
}

[[noreturn]] void throwPart(std::string_view text, const char* what)
{
    throw Error(ErrorCode::invalidArgument, std::string(text), {{"what", what}});
}

/// "uint8:dynamic", "uint8:tensor:asymmetric:dynamic".
QuantSpec parseDynamic(std::string_view text)
{
    const QuantSpec grid = QuantSpec::parse(text.substr(0, text.size() - dynamicPart.size()));
    if (!(grid.format == NumberFormat::integer(8, false)) || grid.symmetric || grid.powerOfTwo ||
        grid.granularity.kind != Granularity::Kind::tensor)
        throwPart(text, "A dynamic range takes uint8 with one asymmetric scale for the tensor.");
    QuantSpec spec;
    spec.format = NumberFormat::parse("uint8:dynamic");
    return spec;
}

void addPart(QuantSpec& spec, const std::string& part, std::string_view text)
{
    if (part == "symmetric" || part == "asymmetric" || part == "pow2") {
        if (!spec.format.isInteger())
            throwPart(text, "Only integers are symmetric or not and have scales that are powers of two.");
        if (part == "pow2")
            spec.powerOfTwo = true;
        else
            spec.symmetric = part == "symmetric";
    } else if (part == "tensor" || part == "channel" || part.starts_with("group:")) {
        spec.granularity = Granularity::parse(part);
        const bool grouped = spec.granularity.kind == Granularity::Kind::group;
        if (grouped && spec.format.kind == NumberFormat::Kind::kmeans)
            throwPart(text, "A learned table serves the tensor or a channel.");
    } else {
        throwUnknown("part of a number format", part, "tensor, channel, group:N, symmetric, asymmetric, pow2, dynamic");
    }
}

} // namespace

QuantSpec QuantSpec::parse(std::string_view text)
{
    if (text.ends_with(dynamicPart))
        return parseDynamic(text);
    const std::vector<std::string> parts = splitText(text, ':');
    QuantSpec spec;
    spec.format = NumberFormat::parse(parts.empty() ? std::string_view() : std::string_view(parts[0]));
    spec.symmetric = spec.format.isInteger() && spec.format.isSigned;
    spec.granularity = defaultGranularity(spec.format);
    if (parts.size() > 1 && !spec.format.hasScale())
        throwPart(text, "A float format has no granularity and no symmetry.");
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const bool group = parts[i] == "group" && i + 1 < parts.size();
        addPart(spec, group ? "group:" + parts[i + 1] : parts[i], text);
        i += group ? 1 : 0;
    }
    return spec;
}

std::string QuantSpec::name() const
{
    if (format.hasTable())
        return format.name() + ":" + granularity.name();
    if (!format.isInteger())
        return format.name();
    return format.name() + ":" + granularity.name() + (symmetric ? ":symmetric" : ":asymmetric") +
           (powerOfTwo ? ":pow2" : "");
}

} // namespace lathe
