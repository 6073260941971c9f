// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/data/folder_files.h"
#include "core/data/wav.h"

namespace lathe {
namespace {

constexpr std::array<std::string_view, 1> endings = {".wav"};

Tensor tensorOf(std::span<const float> values)
{
    return Tensor::of<float>(Shape{static_cast<std::int64_t>(values.size())}, values);
}

/// One sample a file.
class WavFiles : public Source
{
public:
    explicit WavFiles(const SourceRequest& request)
        : m_files(request, endings)
        , m_fs(request.fs)
    {
    }

    std::int64_t size() const override { return m_files.size(); }
    std::string id(std::int64_t index) const override { return m_files.name(index); }
    std::vector<std::int64_t> ownLabels() const override { return m_files.classes(); }

    RawSample read(std::int64_t index) const override
    {
        const Path path = m_files.path(index);
        return tensorOf(readWav(m_fs.map(path)->bytes(), path.string()).values);
    }

    Digest contentDigest(std::int64_t index) const override
    {
        return sha256(m_fs.map(m_files.path(index))->bytes());
    }

private:
    FolderFiles m_files;
    const Fs& m_fs;
};

/// One recording, cut into frames of one length; what is left at the end and fills none is not used.
class WavFrames : public Source
{
public:
    explicit WavFrames(const SourceRequest& request)
        : m_sound(readWav(request.fs.map(request.path)->bytes(), request.path.string()))
        , m_frame(request.frame > 0 ? static_cast<std::size_t>(request.frame) : m_sound.values.size())
        , m_hop(request.hop > 0 ? static_cast<std::size_t>(request.hop) : m_frame)
    {
        m_sound.values.insert(m_sound.values.begin(), static_cast<std::size_t>(request.lead), 0.0F);
    }

    std::int64_t size() const override
    {
        const std::size_t values = m_sound.values.size();
        return values < m_frame || m_hop == 0 ? 0 : static_cast<std::int64_t>((values - m_frame) / m_hop + 1);
    }
    std::string id(std::int64_t index) const override { return std::to_string(index); }
    RawSample read(std::int64_t index) const override { return tensorOf(frame(index)); }
    Digest contentDigest(std::int64_t index) const override { return sha256(std::as_bytes(frame(index))); }

private:
    std::span<const float> frame(std::int64_t index) const
    {
        return std::span(m_sound.values).subspan(static_cast<std::size_t>(index) * m_hop, m_frame);
    }

    Sound m_sound;
    std::size_t m_frame;
    std::size_t m_hop;
};

} // namespace

void register_wav_files(Table<SourceType>& table)
{
    table.add({.id = "wav",
               .summary = "A folder of sounds, a folder per class, the files that the labels name, or one "
                          "recording in frames (\"frame\": n, \"hop\": n, behind \"lead\": n zeros)",
               .open = [](const SourceRequest& request) -> std::shared_ptr<const Source> {
                   if (std::filesystem::is_regular_file(request.path))
                       return std::make_shared<WavFrames>(request);
                   return std::make_shared<WavFiles>(request);
               }});
}

} // namespace lathe
