// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {
namespace {

[[noreturn]] void failCsv(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::datasetInvalid, std::string(where), {{"reason", reason}});
}

/// Reads one record from `at`; quotes may hold line breaks.
std::vector<std::string> readRecord(std::string_view text, std::size_t& at, std::string_view where,
                                    std::size_t line)
{
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
            fields.back() += '"';
            ++at;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            fields.emplace_back();
        } else if (!quoted && c == '\n') {
            ++at;
            return fields;
        } else if (quoted || c != '\r') {
            fields.back() += c;
        }
    }
    if (quoted)
        failCsv(where, "line " + std::to_string(line) + " has an open quote");
    return fields;
}

} // namespace

std::size_t CsvTable::column(std::string_view name, std::string_view where) const
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i] == name)
            return i;
    failCsv(where,
            "there is no column \"" + std::string(name) + "\"; the columns are " + joinText(columns, ", "));
}

CsvTable parseCsv(std::string_view text, std::string_view where)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    CsvTable table;
    std::size_t at = 0;
    for (std::size_t line = 1; at < text.size(); ++line) {
        std::vector<std::string> record = readRecord(text, at, where, line);
        if (record.size() == 1 && record[0].empty())
            continue;
        if (table.columns.empty()) {
            table.columns = std::move(record);
            continue;
        }
        if (record.size() != table.columns.size())
            failCsv(where, "line " + std::to_string(line) + " has " + std::to_string(record.size()) +
                               " fields, not " + std::to_string(table.columns.size()));
        table.rows.push_back(std::move(record));
    }
    return table;
}

} // namespace lathe
