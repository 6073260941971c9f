// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/fs.h"

namespace lathe {

/// Throws Error{externalDataPath} unless `location` is a plain relative path: no "..", ".", empty part, backslash, colon,
/// NUL, and not absolute.
void checkExternalLocation(std::string_view location);

/// The data files that a model refers to. A location comes from the model and is not trusted: it is opened part by part
/// below the model's folder without following links, and only a regular file with a single name is taken, so that no
/// model can show files of other folders. Each file is opened once; check and map use the same descriptor.
class ExternalData {
public:
    /// An empty folder has no files.
    explicit ExternalData(Path folder) : m_folder(std::move(folder)) {}

    /// The mapped file. Throws Error{externalDataPath, externalDataMissing, fileNotReadable}.
    std::shared_ptr<const FileBytes> file(std::string_view location);
    /// All files that were asked for, by location.
    const std::map<std::string, std::shared_ptr<const FileBytes>, std::less<>>& files() const { return m_files; }

private:
    Path m_folder;
    std::map<std::string, std::shared_ptr<const FileBytes>, std::less<>> m_files;
};

}  // namespace lathe
