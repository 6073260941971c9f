// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/source.h"

namespace lathe {

/// The files below a data folder: those that the labels name, else all with one of the endings, in the order
/// of their names, from the folder itself or from one folder per class (classes numbered in that order too).
class FolderFiles
{
public:
    /// `endings` in small letters with their dot. Throws Error{fileNotFound, fileNotReadable}.
    FolderFiles(const SourceRequest& request, std::span<const std::string_view> endings);

    std::int64_t size() const { return static_cast<std::int64_t>(m_names.size()); }
    /// Path relative to the folder.
    const std::string& name(std::int64_t index) const { return m_names[static_cast<std::size_t>(index)]; }
    /// Throws Error{datasetInvalid} for a name that leads out of the folder.
    Path path(std::int64_t index) const;
    /// By file; empty unless there is a folder per class.
    const std::vector<std::int64_t>& classes() const { return m_classes; }

private:
    void list(std::span<const std::string_view> endings);

    Path m_folder;
    std::vector<std::string> m_names;
    std::vector<std::int64_t> m_classes;
};

/// True when the path ends in one of the endings (small letters with their dot), in any case of its letters.
bool hasEnding(const Path& path, std::span<const std::string_view> endings);
/// Entries of a folder in the order of their names. Throws Error{fileNotReadable}.
std::vector<Path> sortedEntries(const Path& folder);

} // namespace lathe
