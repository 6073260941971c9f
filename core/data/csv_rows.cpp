// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>

#include "core/data/array_source.h"
#include "core/data/csv.h"

namespace lathe {
namespace {

float number(const std::string& text, const std::string& where, std::size_t row, const std::string& column)
{
    float value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        throw Error(ErrorCode::datasetInvalid, where + ", row " + std::to_string(row + 1),
                    {{"reason", "\"" + text + "\" in the column \"" + column + "\" is not a number"}});
    return value;
}

/// The columns that make a sample: those asked for, else all that the labels do not take.
std::vector<std::size_t> sampleColumns(const CsvTable& table, const SourceRequest& request,
                                       const std::string& where)
{
    std::vector<std::size_t> columns;
    for (const std::string& name : request.columns)
        columns.push_back(table.column(name, where));
    for (std::size_t i = 0; request.columns.empty() && i < table.columns.size(); ++i)
        if (std::find(request.labelColumns.begin(), request.labelColumns.end(), table.columns[i]) ==
            request.labelColumns.end())
            columns.push_back(i);
    if (columns.empty())
        throw Error(ErrorCode::datasetInvalid, where, {{"reason", "no column is left for the samples"}});
    return columns;
}

std::shared_ptr<const Source> openRows(const SourceRequest& request)
{
    const std::string where = request.path.string();
    const CsvTable table = parseCsv(request.fs.readText(request.path), where);
    if (table.rows.empty())
        throw Error(ErrorCode::datasetEmpty, where);
    const std::vector<std::size_t> columns = sampleColumns(table, request, where);
    std::vector<float> values;
    values.reserve(table.rows.size() * columns.size());
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        for (const std::size_t column : columns)
            values.push_back(number(table.rows[row][column], where, row, table.columns[column]));
    const Shape shape{static_cast<std::int64_t>(table.rows.size()),
                      static_cast<std::int64_t>(columns.size())};
    return std::make_shared<ArraySource>(Tensor::of<float>(shape, std::span<const float>(values)), where);
}

} // namespace

void register_csv_rows(Table<SourceType>& table)
{
    table.add({.id = "csv",
               .summary = "A table of numbers with a header line; each row is a sample (\"columns\": [...])",
               .open = openRows});
}

} // namespace lathe
