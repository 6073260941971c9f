// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/params.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::string_view kMagic = "TLPARAM1";
constexpr std::size_t kHeaderWords = 4;
constexpr std::size_t kEntryWords = 12;

/// What is wrong with an entry, or nothing.
std::string faultOf(const ParamsEntry& entry)
{
    if (entry.name.empty() || entry.format.empty())
        return "has no name or format";
    if (entry.bits < 1 || entry.bits > 32 || entry.axis < -1 || entry.block < 0)
        return "has bits, an axis or a block out of range";
    if (entry.minimumCode > entry.maximumCode)
        return "has an empty range of codes";
    const std::int64_t span = std::int64_t{entry.maximumCode} - entry.minimumCode;
    if (span >= std::int64_t{1} << entry.bits)
        return "has more codes than its bits allow";
    if (entry.scale.size() != entry.zeroPoint.size())
        return "has not as many zero-points as scales";
    if (entry.axis < 0 && entry.scale.size() > 1)
        return "has several scales but no axis";
    for (const float scale : entry.scale)
        if (!(std::isfinite(scale) && scale > 0))
            return "has a scale that is not positive and finite";
    return {};
}

class WordWriter
{
public:
    void word(std::uint32_t value)
    {
        for (int shift = 0; shift < 32; shift += 8)
            m_bytes.push_back(static_cast<std::byte>((value >> shift) & 0xffu));
    }
    void text(std::string_view text)
    {
        m_bytes.insert(m_bytes.end(), asBytes(text).begin(), asBytes(text).end());
    }
    Bytes take() { return std::move(m_bytes); }

private:
    Bytes m_bytes;
};

std::uint32_t narrow(std::size_t value)
{
    if (value > std::numeric_limits<std::uint32_t>::max())
        throw Error(ErrorCode::tooLarge, "",
                    {{"what", "The table of scales"}, {"needed", "more than 4 GB"}, {"limit", "4 GB"}});
    return static_cast<std::uint32_t>(value);
}

std::string textsOf(std::span<const ParamsEntry> entries)
{
    std::string text;
    for (const ParamsEntry& entry : entries)
        text += entry.name + entry.format;
    text.resize((text.size() + 3) / 4 * 4, '\0');
    return text;
}

void writeEntries(WordWriter& writer, std::span<const ParamsEntry> entries)
{
    std::size_t textAt = 0, valueAt = 0;
    for (const ParamsEntry& entry : entries) {
        writer.word(narrow(textAt));
        writer.word(narrow(entry.name.size()));
        writer.word(narrow(textAt + entry.name.size()));
        writer.word(narrow(entry.format.size()));
        writer.word(static_cast<std::uint32_t>(entry.bits));
        writer.word(static_cast<std::uint32_t>(entry.axis));
        writer.word(static_cast<std::uint32_t>(entry.block));
        writer.word(static_cast<std::uint32_t>(entry.minimumCode));
        writer.word(static_cast<std::uint32_t>(entry.maximumCode));
        writer.word(narrow(valueAt));
        writer.word(narrow(valueAt));
        writer.word(narrow(entry.scale.size()));
        textAt += entry.name.size() + entry.format.size();
        valueAt += entry.scale.size();
    }
}

/// Words of a file whose sizes were checked.
class WordReader
{
public:
    WordReader(std::span<const std::byte> bytes, std::string_view where)
        : m_bytes(bytes)
        , m_where(where)
    {
    }

    std::uint32_t word(std::size_t index) const
    {
        std::uint32_t value = 0;
        for (std::size_t i = 4; i-- > 0;)
            value = value << 8 | std::to_integer<std::uint32_t>(m_bytes[4 * index + i]);
        return value;
    }
    std::int32_t integer(std::size_t index) const { return static_cast<std::int32_t>(word(index)); }
    float real(std::size_t index) const { return std::bit_cast<float>(word(index)); }
    std::string text(std::size_t at, std::size_t size) const
    {
        return std::string(asText(m_bytes.subspan(at, size)));
    }
    [[noreturn]] void refuse(const std::string& reason) const
    {
        throw Error(ErrorCode::bundleInvalid, std::string(m_where), {{"reason", reason}});
    }

private:
    std::span<const std::byte> m_bytes;
    std::string_view m_where;
};

/// Where the parts of a file begin, in words.
struct Parts
{
    std::uint64_t entries = 0, scales = 0, zeroPoints = 0, textSize = 0;
    std::uint64_t scaleAt() const { return kMagic.size() / 4 + kHeaderWords; }
    std::uint64_t zeroPointAt() const { return scaleAt() + scales; }
    std::uint64_t entryAt() const { return zeroPointAt() + zeroPoints; }
    std::uint64_t textAt() const { return entryAt() + entries * kEntryWords; }
    std::uint64_t bytes() const { return textAt() * 4 + textSize; }
};

Parts partsOf(std::span<const std::byte> bytes, const WordReader& reader)
{
    const std::size_t start = kMagic.size() / 4;
    if (bytes.size() < kMagic.size() + 4 * kHeaderWords || asText(bytes.first(kMagic.size())) != kMagic)
        reader.refuse("it does not start as a table of scales");
    const Parts parts{reader.word(start), reader.word(start + 1), reader.word(start + 2),
                      reader.word(start + 3)};
    if (parts.bytes() != bytes.size())
        reader.refuse("its size does not fit its contents");
    return parts;
}

/// Reads one entry and moves `textAt` and `valueAt` past it.
ParamsEntry readEntry(const WordReader& reader, const Parts& parts, std::uint64_t index,
                      std::uint64_t& textAt, std::uint64_t& valueAt)
{
    const std::size_t at = static_cast<std::size_t>(parts.entryAt() + index * kEntryWords);
    const std::uint64_t nameSize = reader.word(at + 1), formatSize = reader.word(at + 3),
                        count = reader.word(at + 11);
    if (reader.word(at) != textAt || reader.word(at + 2) != textAt + nameSize ||
        reader.word(at + 9) != valueAt || reader.word(at + 10) != valueAt ||
        textAt + nameSize + formatSize > parts.textSize || valueAt + count > parts.scales)
        reader.refuse("an entry refers to something that is not there");
    ParamsEntry entry;
    entry.name = reader.text(static_cast<std::size_t>(parts.textAt() * 4 + textAt),
                             static_cast<std::size_t>(nameSize));
    entry.format = reader.text(static_cast<std::size_t>(parts.textAt() * 4 + textAt + nameSize),
                               static_cast<std::size_t>(formatSize));
    entry.bits = reader.integer(at + 4);
    entry.axis = reader.integer(at + 5);
    entry.block = reader.integer(at + 6);
    entry.minimumCode = reader.integer(at + 7);
    entry.maximumCode = reader.integer(at + 8);
    for (std::uint64_t i = valueAt; i < valueAt + count; ++i) {
        entry.scale.push_back(reader.real(static_cast<std::size_t>(parts.scaleAt() + i)));
        entry.zeroPoint.push_back(reader.integer(static_cast<std::size_t>(parts.zeroPointAt() + i)));
    }
    textAt += nameSize + formatSize;
    valueAt += count;
    return entry;
}

} // namespace

ParamsEntry paramsEntry(std::string name, const Encoding& encoding)
{
    return {.name = std::move(name),
            .format = encoding.format.name(),
            .bits = encoding.format.bits,
            .axis = encoding.axis,
            .block = encoding.groupSize,
            .minimumCode = encoding.minimumCode,
            .maximumCode = encoding.maximumCode,
            .scale = encoding.scale,
            .zeroPoint = encoding.zeroPoint};
}

std::vector<ParamsEntry> paramsOf(const Encodings& encodings)
{
    std::vector<ParamsEntry> entries;
    for (const auto* part : {&encodings.activations, &encodings.weights, &encodings.biases})
        for (const auto& [name, encoding] : *part)
            entries.push_back(paramsEntry(name, *encoding));
    return entries;
}

Bytes writeParams(std::span<const ParamsEntry> entries)
{
    std::set<std::string_view> names;
    std::size_t values = 0;
    for (const ParamsEntry& entry : entries) {
        std::string fault = faultOf(entry);
        if (fault.empty() && !names.insert(entry.name).second)
            fault = "is there twice";
        if (!fault.empty())
            throw Error(ErrorCode::invalidArgument, entry.name,
                        {{"what", "The grid \"" + entry.name + "\" " + fault + "."}});
        values += entry.scale.size();
    }
    const std::string text = textsOf(entries);
    WordWriter writer;
    writer.text(kMagic);
    for (const std::size_t count : {entries.size(), values, values, text.size()})
        writer.word(narrow(count));
    for (const ParamsEntry& entry : entries)
        for (const float scale : entry.scale)
            writer.word(std::bit_cast<std::uint32_t>(scale));
    for (const ParamsEntry& entry : entries)
        for (const std::int32_t zeroPoint : entry.zeroPoint)
            writer.word(static_cast<std::uint32_t>(zeroPoint));
    writeEntries(writer, entries);
    writer.text(text);
    return writer.take();
}

std::vector<ParamsEntry> readParams(std::span<const std::byte> bytes, std::string_view where)
{
    const WordReader reader(bytes, where);
    const Parts parts = partsOf(bytes, reader);
    if (parts.scales != parts.zeroPoints)
        reader.refuse("it has not as many zero-points as scales");
    std::vector<ParamsEntry> entries;
    std::set<std::string> names;
    std::uint64_t textAt = 0, valueAt = 0;
    for (std::uint64_t i = 0; i < parts.entries; ++i) {
        entries.push_back(readEntry(reader, parts, i, textAt, valueAt));
        const std::string fault = faultOf(entries.back());
        if (!fault.empty())
            reader.refuse("the grid \"" + entries.back().name + "\" " + fault);
        if (!names.insert(entries.back().name).second)
            reader.refuse("the grid \"" + entries.back().name + "\" is there twice");
    }
    if (valueAt != parts.scales || textsOf(entries).size() != parts.textSize ||
        reader.text(static_cast<std::size_t>(parts.textAt() * 4), static_cast<std::size_t>(parts.textSize)) !=
            textsOf(entries))
        reader.refuse("it holds something that no entry refers to");
    return entries;
}

} // namespace lathe
