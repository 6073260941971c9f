// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/data/labels.h"
#include "core/data/picture_map.h"
#include "core/data/samples.h"

namespace lathe {

/// Truth that is more than a class: files that belong to samples by their names without folder and ending.
class Annotations
{
public:
    virtual ~Annotations() = default;
    virtual TargetKind kind() const = 0;
    /// In pixels of the prepared picture. TargetKind says what the tensor holds. Throws Error{labelInvalid,
    /// imageUnreadable} naming the file.
    virtual Tensor target(const std::string& id, const PictureMap& map) const = 0;

    bool has(const std::string& id) const { return fileOf(id) != nullptr; }
    /// Of the sample's file; the zero digest when it has none.
    Digest contentDigest(const std::string& id) const;

protected:
    /// All files of the folder with one of the endings. Throws Error{fileNotFound, fileNotReadable}.
    Annotations(const Path& folder, std::span<const std::string_view> endings, const Fs& fs);
    const Path* fileOf(const std::string& id) const;
    const Fs& fs() const { return m_fs; }

private:
    const Fs& m_fs;
    std::map<std::string, Path> m_files; ///< by name without ending
};

/// The boxes or masks that the labels name; null when they name none.
std::shared_ptr<const Annotations> openAnnotations(const Labels& labels, const Fs& fs, ImageDecoder decoder);

} // namespace lathe
