// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_files.h"

#include <algorithm>
#include <system_error>

namespace lathe {

bool hasEnding(const Path& path, std::span<const std::string_view> endings)
{
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

std::vector<Path> sortedEntries(const Path& folder)
{
    std::error_code code;
    std::vector<Path> entries;
    for (auto it = std::filesystem::directory_iterator(folder, code);
         !code && it != std::filesystem::directory_iterator(); it.increment(code))
        entries.push_back(it->path());
    if (code)
        throw Error(ErrorCode::fileNotReadable, folder.string(), {{"reason", code.message()}});
    std::sort(entries.begin(), entries.end());
    return entries;
}

FolderFiles::FolderFiles(const SourceRequest& request, std::span<const std::string_view> endings)
    : m_folder(request.path)
    , m_names(request.names)
{
    if (!std::filesystem::exists(m_folder))
        throw Error(ErrorCode::fileNotFound, m_folder.string());
    if (m_names.empty())
        list(endings);
}

Path FolderFiles::path(std::int64_t index) const
{
    const Path relative(name(index));
    const bool leaves =
        relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end();
    if (leaves)
        throw Error(ErrorCode::datasetInvalid, name(index),
                    {{"reason", "file names must stay inside the data folder"}});
    return m_folder / relative;
}

void FolderFiles::list(std::span<const std::string_view> endings)
{
    std::int64_t label = 0;
    std::vector<std::string> plain;
    for (const Path& entry : sortedEntries(m_folder)) {
        if (std::filesystem::is_directory(entry)) {
            for (const Path& file : sortedEntries(entry)) {
                if (!hasEnding(file, endings))
                    continue;
                m_names.push_back((entry.filename() / file.filename()).string());
                m_classes.push_back(label);
            }
            ++label;
        } else if (hasEnding(entry, endings)) {
            plain.push_back(entry.filename().string());
        }
    }
    if (m_names.empty()) {
        m_names = std::move(plain);
        m_classes.clear();
    }
}

} // namespace lathe
