// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <system_error>

#include "core/data/resize.h"
#include "core/data/source.h"

namespace lathe {
namespace {

bool looksLikeImage(const Path& path)
{
    static constexpr std::array<std::string_view, 8> endings = {".png", ".jpg", ".jpeg", ".bmp",
                                                                ".ppm", ".pgm", ".webp", ".gif"};
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// Entries of a folder in the order of their names.
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

class ImageFiles : public Source
{
public:
    explicit ImageFiles(const SourceRequest& request)
        : m_folder(request.path)
        , m_fs(request.fs)
        , m_decoder(request.decoder)
    {
        if (!std::filesystem::exists(m_folder))
            throw Error(ErrorCode::fileNotFound, m_folder.string());
        if (!m_decoder)
            throw Error(ErrorCode::internal, m_folder.string(), {{"what", "there is no image decoder"}});
        if (!request.names.empty())
            m_names = request.names;
        else
            listFolder();
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_names.size()); }
    std::string id(std::int64_t index) const override { return m_names[static_cast<std::size_t>(index)]; }
    std::vector<std::int64_t> ownLabels() const override { return m_labels; }

    RawSample read(std::int64_t index) const override
    {
        const Path path = pathOf(index);
        const auto file = m_fs.map(path);
        return withChannels(m_decoder(file->bytes(), path.string()), ChannelOrder::rgb);
    }

    Digest contentDigest(std::int64_t index) const override
    {
        return sha256(m_fs.map(pathOf(index))->bytes());
    }

private:
    Path pathOf(std::int64_t index) const
    {
        const std::string& name = m_names[static_cast<std::size_t>(index)];
        const Path relative(name);
        const bool leaves =
            relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end();
        if (leaves)
            throw Error(ErrorCode::datasetInvalid, name,
                        {{"reason", "image names must stay inside the image folder"}});
        return m_folder / relative;
    }

    /// Images of the folder itself, or of one folder per class (classes numbered in the order of their
    /// names).
    void listFolder()
    {
        std::int64_t label = 0;
        std::vector<std::string> plain;
        for (const Path& entry : sortedEntries(m_folder)) {
            if (std::filesystem::is_directory(entry)) {
                for (const Path& image : sortedEntries(entry)) {
                    if (!looksLikeImage(image))
                        continue;
                    m_names.push_back((entry.filename() / image.filename()).string());
                    m_labels.push_back(label);
                }
                ++label;
            } else if (looksLikeImage(entry)) {
                plain.push_back(entry.filename().string());
            }
        }
        if (m_names.empty()) {
            m_names = std::move(plain);
            m_labels.clear();
        }
    }

    Path m_folder;
    const Fs& m_fs;
    ImageDecoder m_decoder;
    std::vector<std::string> m_names;
    std::vector<std::int64_t> m_labels;
};

} // namespace

void register_image_files(Table<SourceType>& table)
{
    table.add({.id = "images",
               .summary = "A folder of images, a folder per class, or the files that the labels name",
               .open = [](const SourceRequest& request) -> std::shared_ptr<const Source> {
                   return std::make_shared<ImageFiles>(request);
               }});
}

} // namespace lathe
