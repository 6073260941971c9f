// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/labels.h"

#include <charconv>

#include "core/data/csv.h"
#include "core/data/idx_files.h"
#include "core/tensor/npy.h"

namespace lathe {
namespace {

std::int64_t parseClass(const std::string& text, const std::string& where, std::size_t row)
{
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 0)
        throw Error(ErrorCode::labelInvalid, where + ", row " + std::to_string(row + 1),
                    {{"label", "\"" + text + "\""}, {"reason", "a class is a whole number from 0"}});
    return value;
}

Labels labelsFromCsv(JsonObject& description, const Path& file, const Fs& fs)
{
    const std::string where = file.string();
    const CsvTable table = parseCsv(fs.readText(file), where);
    if (table.rows.empty())
        throw Error(ErrorCode::datasetEmpty, where);
    Labels labels;
    const auto readColumn = [&](const char* key, auto&& store) {
        if (!description.has(key))
            return;
        labels.columns.push_back(description.string(key));
        const std::size_t column = table.column(labels.columns.back(), where);
        for (std::size_t row = 0; row < table.rows.size(); ++row)
            store(table.rows[row][column], row);
    };
    readColumn("name", [&](const std::string& text, std::size_t) { labels.names.push_back(text); });
    readColumn("class", [&](const std::string& text, std::size_t row) {
        labels.classes.push_back(parseClass(text, where, row));
    });
    readColumn("split", [&](const std::string& text, std::size_t) { labels.splits.push_back(text); });
    return labels;
}

Labels labelsFromArray(const Tensor& array, const std::string& where)
{
    if (!isInteger(array.dtype()))
        throw Error(ErrorCode::dtypeMismatch, where,
                    {{"actual", std::string(dtypeName(array.dtype()))}, {"expected", "an integer type"}});
    Labels labels;
    labels.classes = array.toIntegers();
    for (const std::int64_t label : labels.classes)
        if (label < 0)
            throw Error(ErrorCode::labelInvalid, where,
                        {{"label", std::to_string(label)}, {"reason", "a class is a whole number from 0"}});
    return labels;
}

/// Boxes or masks: which samples have them is seen in the folder.
Labels foldersOf(JsonObject& description, const Path& folder)
{
    Labels labels;
    if (description.has("boxes") && description.string("format", "yolo") != "yolo")
        description.fail("format",
                         "must be yolo: a line \"class centreX centreY width height\" a box, in parts "
                         "of the picture's sides");
    for (auto [key, path] : {std::pair{"boxes", &labels.boxes}, std::pair{"masks", &labels.masks}})
        if (description.has(key))
            *path = folder / description.string(key);
    description.expectNoMore();
    return labels;
}

} // namespace

Labels readLabels(const Json& json, const Path& folder, const Fs& fs, const std::string& where)
{
    Json description = json;
    if (json.is_string())
        description = Json{{"file", json}};
    JsonObject object(description, where + ".labels");
    if (object.has("boxes") || object.has("masks"))
        return foldersOf(object, folder);
    const Path file = folder / object.string("file");
    const std::string ending = file.extension().string();
    Labels labels;
    if (ending == ".csv")
        labels = labelsFromCsv(object, file, fs);
    else if (ending == ".npy")
        labels = labelsFromArray(readNpy(fs.map(file), file.string()), file.string());
    else
        labels = labelsFromArray(readIdx(fs.map(file)->bytes(), file.string()).converted(DType::int64),
                                 file.string());
    labels.file = file;
    object.expectNoMore();
    return labels;
}

} // namespace lathe
