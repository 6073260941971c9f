// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/annotations.h"

#include <array>
#include <cmath>
#include <sstream>

#include "core/data/folder_files.h"
#include "core/data/image_endings.h"

namespace lathe {

Annotations::Annotations(const Path& folder, std::span<const std::string_view> endings, const Fs& fs)
    : m_fs(fs)
{
    if (!std::filesystem::exists(folder))
        throw Error(ErrorCode::fileNotFound, folder.string());
    for (const Path& entry : sortedEntries(folder))
        if (hasEnding(entry, endings))
            m_files.emplace(entry.stem().string(), entry);
}

const Path* Annotations::fileOf(const std::string& id) const
{
    const auto found = m_files.find(Path(id).stem().string());
    return found == m_files.end() ? nullptr : &found->second;
}

Digest Annotations::contentDigest(const std::string& id) const
{
    const Path* file = fileOf(id);
    return file ? sha256(m_fs.map(*file)->bytes()) : Digest();
}

namespace {

/// Masks as pictures of any size; each pixel of the prepared picture takes the nearest one.
class Masks : public Annotations
{
public:
    Masks(const Path& folder, const Fs& fs, ImageDecoder decoder)
        : Annotations(folder, imageEndings, fs)
        , m_decoder(std::move(decoder))
    {
    }

    TargetKind kind() const override { return TargetKind::mask; }

    Tensor target(const std::string& id, const PictureMap& map) const override
    {
        const Path* file = fileOf(id);
        if (!file)
            return {};
        const Image mask =
            withChannels(m_decoder(fs().map(*file)->bytes(), file->string()), ChannelOrder::gray);
        const auto [width, height] = map.prepared;
        std::vector<std::uint8_t> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        const double unitX = static_cast<double>(mask.width) / map.stored.width;
        const double unitY = static_cast<double>(mask.height) / map.stored.height;
        std::size_t at = 0;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                values[at++] = pixel(mask, (x + 0.5 - map.offsetX) / map.scaleX * unitX,
                                     (y + 0.5 - map.offsetY) / map.scaleY * unitY);
        return Tensor::of<std::uint8_t>(Shape{height, width}, std::span<const std::uint8_t>(values));
    }

private:
    /// 0 outside of the mask.
    static std::uint8_t pixel(const Image& mask, double x, double y)
    {
        if (x < 0 || y < 0 || x >= mask.width || y >= mask.height)
            return 0;
        const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width);
        return mask.pixels[row + static_cast<std::size_t>(x)];
    }

    ImageDecoder m_decoder;
};

/// YOLO's text files: a line "class centreX centreY width height" a box, in parts of the picture's sides.
class YoloBoxes : public Annotations
{
public:
    YoloBoxes(const Path& folder, const Fs& fs)
        : Annotations(folder, endings, fs)
    {
    }

    TargetKind kind() const override { return TargetKind::boxes; }

    Tensor target(const std::string& id, const PictureMap& map) const override
    {
        std::vector<float> values;
        if (const Path* file = fileOf(id))
            readBoxes(*file, map, values);
        const auto boxes = static_cast<std::int64_t>(values.size() / 5);
        return Tensor::of<float>(Shape{boxes, 5}, std::span<const float>(values));
    }

private:
    static constexpr std::array<std::string_view, 1> endings = {".txt"};

    void readBoxes(const Path& file, const PictureMap& map, std::vector<float>& values) const
    {
        std::istringstream text(fs().readText(file));
        std::string line;
        for (int number = 1; std::getline(text, line); ++number) {
            if (line.find_first_not_of(" \t\r") == std::string::npos)
                continue;
            std::istringstream fields(line);
            std::int64_t category = -1;
            double centreX = 0, centreY = 0, width = 0, height = 0;
            if (!(fields >> category >> centreX >> centreY >> width >> height) || category < 0 || width < 0 ||
                height < 0)
                throw Error(ErrorCode::labelInvalid, file.string() + ", line " + std::to_string(number),
                            {{"label", "\"" + line + "\""},
                             {"reason", "a box is \"class centreX centreY width height\""}});
            const auto x = [&](double part) {
                return static_cast<float>(part * map.stored.width * map.scaleX + map.offsetX);
            };
            const auto y = [&](double part) {
                return static_cast<float>(part * map.stored.height * map.scaleY + map.offsetY);
            };
            values.insert(values.end(),
                          {static_cast<float>(category), x(centreX - width / 2), y(centreY - height / 2),
                           x(centreX + width / 2), y(centreY + height / 2)});
        }
    }
};

} // namespace

std::shared_ptr<const Annotations> openAnnotations(const Labels& labels, const Fs& fs, ImageDecoder decoder)
{
    if (!labels.boxes.empty())
        return std::make_shared<YoloBoxes>(labels.boxes, fs);
    if (!labels.masks.empty())
        return std::make_shared<Masks>(labels.masks, fs, std::move(decoder));
    return nullptr;
}

} // namespace lathe
