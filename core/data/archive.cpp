// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {
namespace {

/// A libarchive reader over bytes in memory.
class ArchiveReader
{
public:
    ArchiveReader(std::span<const std::byte> bytes, std::string_view where, std::size_t maxBytes)
        : m_archive(archive_read_new())
        , m_where(where)
        , m_left(maxBytes)
        , m_limit(maxBytes)
    {
        archive_read_support_format_zip(m_archive);
        archive_read_support_format_raw(m_archive);
        archive_read_support_filter_gzip(m_archive);
        if (archive_read_open_memory(m_archive, bytes.data(), bytes.size()) != ARCHIVE_OK)
            fail();
    }
    ~ArchiveReader() { archive_read_free(m_archive); }
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    /// The next member's name, or null at the end.
    const char* next()
    {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(m_archive, &entry);
        if (status == ARCHIVE_EOF)
            return nullptr;
        if (status != ARCHIVE_OK)
            fail();
        const char* name = archive_entry_pathname(entry);
        return name ? name : "";
    }

    Bytes readMember()
    {
        Bytes result;
        std::array<std::byte, 1 << 16> buffer;
        for (;;) {
            const la_ssize_t got = archive_read_data(m_archive, buffer.data(), buffer.size());
            if (got < 0)
                fail();
            if (got == 0)
                return result;
            const auto count = static_cast<std::size_t>(got);
            if (count > m_left)
                throw Error(ErrorCode::tooLarge, std::string(m_where),
                            {{"what", "The unpacked file"},
                             {"needed", "more space"},
                             {"limit", sizeText(static_cast<std::int64_t>(m_limit))}});
            m_left -= count;
            result.insert(result.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
        }
    }

private:
    [[noreturn]] void fail()
    {
        const char* reason = archive_error_string(m_archive);
        throw Error(ErrorCode::datasetInvalid, std::string(m_where),
                    {{"reason", std::string("it cannot be unpacked: ") + (reason ? reason : "damaged")}});
    }

    archive* m_archive;
    std::string_view m_where;
    std::size_t m_left;
    std::size_t m_limit;
};

} // namespace

Bytes gunzip(std::span<const std::byte> bytes, std::string_view where, std::size_t maxBytes)
{
    ArchiveReader reader(bytes, where, maxBytes);
    return reader.next() ? reader.readMember() : Bytes{};
}

std::vector<std::pair<std::string, Bytes>> unzip(std::span<const std::byte> bytes, std::string_view where,
                                                 std::size_t maxBytes)
{
    ArchiveReader reader(bytes, where, maxBytes);
    std::vector<std::pair<std::string, Bytes>> members;
    while (const char* name = reader.next()) {
        std::string copy = name;
        members.emplace_back(std::move(copy), reader.readMember());
    }
    return members;
}

} // namespace lathe
