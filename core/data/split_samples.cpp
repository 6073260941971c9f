// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split_samples.h"

namespace lathe {
namespace {

/// Byte arrays of two dimensions (MNIST) are pictures too.
std::optional<Image> grayPreview(const Tensor& tensor)
{
    if (tensor.dtype() != DType::uint8 || tensor.shape().rank() != 2)
        return std::nullopt;
    const auto bytes = tensor.data<std::uint8_t>();
    return Image{static_cast<int>(tensor.shape()[1]),
                 static_cast<int>(tensor.shape()[0]),
                 1,
                 {bytes.begin(), bytes.end()}};
}

} // namespace

TensorMap loadStreams(const DatasetContent& content, std::int64_t index)
{
    TensorMap tensors = content.fixed;
    for (const InputStream& stream : content.streams)
        tensors[stream.need.name] = stream.load(index);
    return tensors;
}

SplitSamples::SplitSamples(std::shared_ptr<const DatasetContent> content, std::vector<std::int64_t> indices)
    : m_content(std::move(content))
    , m_indices(std::move(indices))
{
}

TensorMap SplitSamples::load(std::int64_t index) const
{
    TensorMap tensors = loadStreams(*m_content, at(index));
    if (!m_content->states.empty())
        tensors.merge(TensorMap(m_content->states[static_cast<std::size_t>(at(index))]));
    return tensors;
}

std::optional<std::int64_t> SplitSamples::label(std::int64_t index) const
{
    if (m_content->labels.empty())
        return std::nullopt;
    return m_content->labels[static_cast<std::size_t>(at(index))];
}

Tensor SplitSamples::target(std::int64_t index) const
{
    switch (m_content->target.kind) {
    case TargetKind::none:
        return {};
    case TargetKind::values:
        return first().load(at(index));
    case TargetKind::mask:
    case TargetKind::boxes:
        return m_content->annotations->target(id(index), first().pictureMap(at(index)));
    }
    return {};
}

std::optional<Image> SplitSamples::preview(std::int64_t index) const
{
    const RawSample raw = first().prepared(at(index));
    if (const auto* image = std::get_if<Image>(&raw))
        return first().preprocess.makesBgr() ? withChannels(*image, ChannelOrder::bgr) : *image;
    return grayPreview(std::get<Tensor>(raw));
}

} // namespace lathe
