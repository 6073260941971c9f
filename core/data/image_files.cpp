// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/data/folder_files.h"
#include "core/data/image_endings.h"
#include "core/data/resize.h"

namespace lathe {
namespace {

class ImageFiles : public Source
{
public:
    explicit ImageFiles(const SourceRequest& request)
        : m_files(request, imageEndings)
        , m_fs(request.fs)
        , m_decoder(request.decoder)
    {
        if (!m_decoder)
            throw Error(ErrorCode::internal, request.path.string(), {{"what", "there is no image decoder"}});
    }

    std::int64_t size() const override { return m_files.size(); }
    std::string id(std::int64_t index) const override { return m_files.name(index); }
    std::vector<std::int64_t> ownLabels() const override { return m_files.classes(); }

    RawSample read(std::int64_t index) const override
    {
        const Path path = m_files.path(index);
        const auto file = m_fs.map(path);
        return withChannels(m_decoder(file->bytes(), path.string()), ChannelOrder::rgb);
    }

    Digest contentDigest(std::int64_t index) const override
    {
        return sha256(m_fs.map(m_files.path(index))->bytes());
    }

private:
    FolderFiles m_files;
    const Fs& m_fs;
    ImageDecoder m_decoder;
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
