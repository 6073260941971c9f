// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/container.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kEnd = 2 * kBlock;
constexpr std::size_t kMaxName = 100;
constexpr std::uint64_t kMaxSize = (std::uint64_t{1} << 33) - 1; // eleven octal digits

/// Offset and length of the header's fields (POSIX.1-1988 ustar).
struct Field
{
    std::size_t at;
    std::size_t length;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUser{108, 8}, kGroup{116, 8}, kSize{124, 12}, kTime{136, 12},
    kSum{148, 8}, kType{156, 1}, kMagic{257, 8}, kMajor{329, 8}, kMinor{337, 8};

using Header = std::array<char, kBlock>;

void put(Header& header, Field field, std::string_view text)
{
    std::copy_n(text.begin(), std::min(text.size(), field.length),
                header.begin() + static_cast<std::ptrdiff_t>(field.at));
}

/// Octal digits that fill the field but for the last byte, which stays zero.
void putOctal(Header& header, Field field, std::uint64_t value)
{
    for (std::size_t i = field.at + field.length - 1; i-- > field.at; value >>= 3)
        header[i] = static_cast<char>('0' + (value & 7));
}

Header headerOf(std::string_view name, std::uint64_t size)
{
    Header header{};
    put(header, kName, name);
    putOctal(header, kMode, 0644);
    putOctal(header, kUser, 0);
    putOctal(header, kGroup, 0);
    putOctal(header, kSize, size);
    putOctal(header, kTime, 0);
    put(header, kSum, "        ");
    put(header, kType, "0");
    put(header, kMagic,
        std::string_view("ustar\0"
                         "00",
                         8));
    putOctal(header, kMajor, 0);
    putOctal(header, kMinor, 0);
    std::uint64_t sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    putOctal(header, {kSum.at, 7}, sum);
    header[kSum.at + 6] = '\0';
    return header;
}

std::size_t paddingOf(std::uint64_t size)
{
    return static_cast<std::size_t>((kBlock - size % kBlock) % kBlock);
}

std::string_view textField(std::span<const std::byte> header, Field field)
{
    const std::string_view text = asText(header.subspan(field.at, field.length));
    return text.substr(0, std::min(text.find('\0'), text.size()));
}

bool isZero(std::span<const std::byte> bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// Reads one entry after the other and refuses what is not canonical.
class Reader
{
public:
    Reader(std::span<const std::byte> archive, std::string_view where)
        : m_rest(archive)
        , m_where(where)
    {
    }

    std::vector<ContainerEntry> read()
    {
        std::vector<ContainerEntry> entries;
        while (m_rest.size() >= kBlock && !isZero(m_rest.first(kBlock))) {
            if (entries.size() == maxContainerEntries)
                refuse("it has too many entries");
            entries.push_back(readEntry());
        }
        if (m_rest.size() < kEnd)
            refuse("it ends too early");
        if (!isZero(m_rest.first(kEnd)))
            refuse("its end is damaged");
        if (m_rest.size() > kEnd)
            refuse("something was appended to it");
        return entries;
    }

private:
    [[noreturn]] void refuse(const std::string& reason) const
    {
        throw Error(ErrorCode::bundleInvalid, std::string(m_where), {{"reason", reason}});
    }

    std::span<const std::byte> take(std::uint64_t size)
    {
        if (size > m_rest.size())
            refuse("it ends too early");
        const auto taken = m_rest.first(static_cast<std::size_t>(size));
        m_rest = m_rest.subspan(taken.size());
        return taken;
    }

    ContainerEntry readEntry()
    {
        const auto header = take(kBlock);
        const std::string name(textField(header, kName));
        if (!isContainerName(name))
            refuse("the name of an entry is not allowed");
        const std::uint64_t size = sizeOf(header);
        const Header expected = headerOf(name, size);
        if (std::memcmp(expected.data(), header.data(), kBlock) != 0)
            refuse("the header of \"" + name + "\" is not in canonical form");
        if (!m_names.insert(name).second)
            refuse("the entry \"" + name + "\" is there twice");
        const auto data = take(size);
        if (!isZero(take(paddingOf(size))))
            refuse("the padding after \"" + name + "\" is not empty");
        return {name, data};
    }

    std::uint64_t sizeOf(std::span<const std::byte> header) const
    {
        const std::string_view digits = textField(header, kSize);
        std::uint64_t size = 0;
        for (const char digit : digits) {
            if (digit < '0' || digit > '7')
                refuse("the size of an entry is not a number");
            size = size << 3 | static_cast<std::uint64_t>(digit - '0');
        }
        return size;
    }

    std::span<const std::byte> m_rest;
    std::string_view m_where;
    std::set<std::string> m_names;
};

} // namespace

bool isContainerName(std::string_view name)
{
    if (name.empty() || name.size() > kMaxName || name.back() == '/')
        return false;
    bool atStart = true;
    int parts = 1;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c == '/' && !atStart)
            ++parts;
        else if (!plain && (atStart || (c != '.' && c != '_' && c != '-')))
            return false;
        atStart = c == '/';
    }
    return parts <= 4;
}

void writeContainer(std::span<const ContainerEntry> entries,
                    const std::function<void(std::span<const std::byte>)>& sink)
{
    if (entries.size() > maxContainerEntries)
        throw Error(ErrorCode::tooLarge, "",
                    {{"what", "The bundle"},
                     {"needed", std::to_string(entries.size()) + " entries"},
                     {"limit", std::to_string(maxContainerEntries)}});
    const std::array<std::byte, kEnd> zeros{};
    std::set<std::string_view> names;
    for (const ContainerEntry& entry : entries) {
        if (!isContainerName(entry.name) || !names.insert(entry.name).second)
            throw Error(ErrorCode::invalidArgument, entry.name,
                        {{"what", "The name is not allowed in a bundle, or used twice."}});
        if (entry.data.size() > kMaxSize)
            throw Error(ErrorCode::tooLarge, entry.name,
                        {{"what", "The file"},
                         {"needed", std::to_string(entry.data.size()) + " bytes"},
                         {"limit", "8 GiB"}});
        const Header header = headerOf(entry.name, entry.data.size());
        sink(std::as_bytes(std::span(header)));
        sink(entry.data);
        sink(std::span(zeros).first(paddingOf(entry.data.size())));
    }
    sink(zeros);
}

std::vector<ContainerEntry> readContainer(std::span<const std::byte> archive, std::string_view where)
{
    return Reader(archive, where).read();
}

} // namespace lathe
