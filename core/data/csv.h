// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lathe {

/// A table with a header line (RFC 4180: quoted fields, doubled quotes, CR LF or LF).
struct CsvTable
{
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    /// Index of a column; throws Error{datasetInvalid} that lists the columns.
    std::size_t column(std::string_view name, std::string_view where) const;
};

/// Throws Error{datasetInvalid} with the line for a row of another length or an open quote.
CsvTable parseCsv(std::string_view text, std::string_view where);

} // namespace lathe
