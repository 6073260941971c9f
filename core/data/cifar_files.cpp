// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/data/source.h"

namespace lathe {
namespace {

constexpr int side = 32;
constexpr std::size_t plane = side * side;
constexpr std::size_t pictureBytes = 3 * plane;

/// CIFAR-10 records are a label byte and three planes; CIFAR-100 records have a coarse and a fine label byte.
class CifarFiles : public Source
{
public:
    explicit CifarFiles(const SourceRequest& request)
    {
        for (const Path& path : batchFiles(request.path)) {
            m_files.push_back(request.fs.map(path));
            const std::size_t size = m_files.back()->bytes().size();
            const std::size_t labels = size % (pictureBytes + 1) == 0   ? 1
                                       : size % (pictureBytes + 2) == 0 ? 2
                                                                        : 0;
            if (labels == 0 || size == 0)
                throw Error(ErrorCode::datasetInvalid, path.string(),
                            {{"reason", "the size is not a whole number of CIFAR records"}});
            for (std::size_t at = 0; at < size; at += pictureBytes + labels)
                m_records.push_back({m_files.size() - 1, at + labels});
        }
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_records.size()); }
    std::string id(std::int64_t index) const override { return std::to_string(index); }

    RawSample read(std::int64_t index) const override
    {
        const auto bytes = picture(index);
        Image image{side, side, 3, std::vector<std::uint8_t>(pictureBytes)};
        for (std::size_t p = 0; p < plane; ++p)
            for (std::size_t c = 0; c < 3; ++c)
                image.pixels[p * 3 + c] = std::to_integer<std::uint8_t>(bytes[c * plane + p]);
        return image;
    }

    std::vector<std::int64_t> ownLabels() const override
    {
        std::vector<std::int64_t> labels;
        for (const Record& record : m_records)
            labels.push_back(std::to_integer<std::int64_t>(m_files[record.file]->bytes()[record.offset - 1]));
        return labels;
    }

    Digest contentDigest(std::int64_t index) const override { return sha256(picture(index)); }

private:
    struct Record
    {
        std::size_t file;
        std::size_t offset;
    };

    static std::vector<Path> batchFiles(const Path& path)
    {
        if (!std::filesystem::is_directory(path))
            return {path};
        std::vector<Path> files;
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".bin")
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        return files;
    }

    std::span<const std::byte> picture(std::int64_t index) const
    {
        const Record& record = m_records[static_cast<std::size_t>(index)];
        return m_files[record.file]->bytes().subspan(record.offset, pictureBytes);
    }

    std::vector<std::shared_ptr<const FileBytes>> m_files;
    std::vector<Record> m_records;
};

} // namespace

void register_cifar_files(Table<SourceType>& table)
{
    table.add({.id = "cifar",
               .summary = "CIFAR-10 or CIFAR-100 binary batches, a file or a folder of .bin files",
               .open = [](const SourceRequest& request) -> std::shared_ptr<const Source> {
                   return std::make_shared<CifarFiles>(request);
               }});
}

} // namespace lathe
