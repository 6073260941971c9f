// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/wav.h"

#include <cstring>
#include <optional>

#include "core/base/error.h"

namespace lathe {
namespace {

using Span = std::span<const std::byte>;

[[noreturn]] void failWav(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::datasetInvalid, where, {{"reason", "this WAVE file cannot be read: " + reason}});
}

std::uint64_t littleEndian(Span bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

bool isNamed(Span bytes, std::string_view name)
{
    return asText(bytes.first(name.size())) == name;
}

enum class Coding
{
    whole,
    real
};

struct Format
{
    Coding coding = Coding::whole;
    std::size_t channels = 0;
    std::int64_t rateHz = 0;
    std::size_t bits = 0;
};

Format readFormat(Span chunk, const std::string& where)
{
    if (chunk.size() < 16)
        failWav(where, "its format chunk is too short");
    std::uint64_t tag = littleEndian(chunk.first(2));
    constexpr std::uint64_t pcm = 1, ieee = 3, extensible = 0xFFFE;
    if (tag == extensible && chunk.size() >= 26)
        tag = littleEndian(chunk.subspan(24, 2)); // the first bytes of the sub-format's GUID
    Format format;
    format.coding = tag == ieee ? Coding::real : Coding::whole;
    format.channels = littleEndian(chunk.subspan(2, 2));
    format.rateHz = static_cast<std::int64_t>(littleEndian(chunk.subspan(4, 4)));
    format.bits = littleEndian(chunk.subspan(14, 2));
    const bool whole =
        tag == pcm && (format.bits == 8 || format.bits == 16 || format.bits == 24 || format.bits == 32);
    const bool real = tag == ieee && (format.bits == 32 || format.bits == 64);
    if (!whole && !real)
        failWav(where, "its coding " + std::to_string(tag) + " with " + std::to_string(format.bits) +
                           " bits is not supported; convert it to 16-bit PCM");
    if (format.channels == 0)
        failWav(where, "it has no channels");
    return format;
}

/// One value; whole numbers of 8 bits are stored with 128 added, all others in two's complement.
double valueOf(Span bytes, const Format& format)
{
    const std::uint64_t raw = littleEndian(bytes);
    if (format.coding == Coding::whole) {
        if (format.bits == 8)
            return (static_cast<double>(raw) - 128) / 128;
        const auto shift = static_cast<unsigned>(64 - format.bits);
        return static_cast<double>(static_cast<std::int64_t>(raw << shift)) / 0x1p63;
    }
    if (format.bits == 64) {
        double value = 0;
        std::memcpy(&value, &raw, sizeof value);
        return value;
    }
    const auto low = static_cast<std::uint32_t>(raw);
    float value = 0;
    std::memcpy(&value, &low, sizeof value);
    return value;
}

std::vector<float> meanOfChannels(Span data, const Format& format)
{
    const std::size_t step = format.bits / 8;
    const std::size_t frames = data.size() / (step * format.channels);
    std::vector<float> values(frames);
    for (std::size_t i = 0; i < frames; ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < format.channels; ++c)
            sum += valueOf(data.subspan((i * format.channels + c) * step, step), format);
        values[i] = static_cast<float>(sum / static_cast<double>(format.channels));
    }
    return values;
}

} // namespace

Sound readWav(Span file, const std::string& where)
{
    if (file.size() < 12 || !isNamed(file, "RIFF") || !isNamed(file.subspan(8), "WAVE"))
        failWav(where, "it does not begin as one");
    std::optional<Format> format;
    for (Span rest = file.subspan(12); rest.size() >= 8;) {
        const std::size_t size = littleEndian(rest.subspan(4, 4));
        const Span chunk = rest.subspan(8).first(std::min(size, rest.size() - 8));
        if (isNamed(rest, "fmt "))
            format = readFormat(chunk, where);
        if (isNamed(rest, "data")) {
            // Recorders that were cut off leave a size of 0 or too much; what is there is what counts.
            const bool unknownSize = size == 0 || size == 0xFFFFFFFF;
            if (!format)
                failWav(where, "its data come before its format");
            return {meanOfChannels(unknownSize ? rest.subspan(8) : chunk, *format), format->rateHz};
        }
        rest = rest.subspan(std::min(rest.size(), 8 + size + size % 2));
    }
    failWav(where, "it holds no data");
}

} // namespace lathe
