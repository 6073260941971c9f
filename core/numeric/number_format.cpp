// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/number_format.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

constexpr int smallestBits = 2;
constexpr int largestBits = 16;
constexpr int biasBits = 32;

const char* const knownFormats = "float32, float16, bfloat16, int2 ... int16, uint2 ... uint16";

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
    if (name == "float32")
        return float32();
    if (name == "float16")
        return {Kind::float16, 16, true};
    if (name == "bfloat16")
        return {Kind::bfloat16, 16, true};
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
    switch (kind) {
    case Kind::float32:
        return "float32";
    case Kind::float16:
        return "float16";
    case Kind::bfloat16:
        return "bfloat16";
    case Kind::integer:
        break;
    }
    return (isSigned ? "int" : "uint") + std::to_string(bits);
}

int NumberFormat::minimumCode() const
{
    if (!isInteger() || !isSigned)
        return 0;
    return static_cast<int>(-(std::int64_t{1} << (bits - 1)));
}

int NumberFormat::maximumCode() const
{
    if (!isInteger())
        return 0;
    return static_cast<int>((std::int64_t{1} << (isSigned ? bits - 1 : bits)) - 1);
}

DType NumberFormat::container() const
{
    switch (kind) {
    case Kind::float32:
        return DType::float32;
    case Kind::float16:
        return DType::float16;
    case Kind::bfloat16:
        return DType::bfloat16;
    case Kind::integer:
        break;
    }
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

QuantSpec QuantSpec::parse(std::string_view text)
{
    const std::vector<std::string> parts = splitText(text, ':');
    QuantSpec spec;
    spec.format = NumberFormat::parse(parts.empty() ? std::string_view() : std::string_view(parts[0]));
    spec.symmetric = spec.format.isInteger() && spec.format.isSigned;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (!spec.format.isInteger())
            throw Error(ErrorCode::invalidArgument, std::string(text),
                        {{"what", "A float format has no granularity and no symmetry."}});
        if (parts[i] == "symmetric" || parts[i] == "asymmetric")
            spec.symmetric = parts[i] == "symmetric";
        else if (parts[i] == "group" && i + 1 < parts.size()) {
            spec.granularity = Granularity::parse("group:" + parts[i + 1]);
            ++i;
        } else if (parts[i] == "tensor" || parts[i] == "channel")
            spec.granularity = Granularity::parse(parts[i]);
        else
            throwUnknown("part of a number format", parts[i],
                         "tensor, channel, group:N, symmetric, asymmetric");
    }
    return spec;
}

std::string QuantSpec::name() const
{
    if (!format.isInteger())
        return format.name();
    return format.name() + ":" + granularity.name() + (symmetric ? ":symmetric" : ":asymmetric");
}

} // namespace lathe
