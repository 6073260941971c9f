// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/sample_loader.h"

#include "core/base/error.h"

#include <algorithm>

namespace lathe {
namespace {

constexpr std::size_t mostValues = 2048;

}

QImage toQImage(const Image& image)
{
    const bool grey = image.channels == 1;
    QImage result(image.width, image.height, grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    const auto stride = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
    for (int y = 0; y < image.height; ++y)
        std::copy_n(image.pixels.data() + static_cast<std::size_t>(y) * stride, stride, result.scanLine(y));
    return result;
}

SamplePicture samplePicture(const Samples& samples, std::int64_t index)
{
    SamplePicture picture;
    picture.index = index;
    picture.id = QString::fromStdString(samples.id(index));
    picture.label = samples.label(index);
    if (const std::optional<Image> image = samples.preview(index)) {
        picture.image = toQImage(*image);
        return picture;
    }
    const TensorMap inputs = samples.load(index);
    if (inputs.empty())
        return picture;
    picture.values = inputs.begin()->second.toFloats();
    picture.values.resize(std::min(picture.values.size(), mostValues));
    return picture;
}

void SampleLoader::load(std::shared_ptr<const Samples> samples, std::vector<std::int64_t> indices)
{
    if (!samples || indices.empty()) {
        m_job.cancel();
        return;
    }
    m_job.start({tr("Loading samples"), tr("A sample could not be loaded"), {}, {}},
                [this, samples = std::move(samples), indices = std::move(indices)](const JobContext& context) {
                    for (const std::int64_t index : indices) {
                        context.control().throwIfStopped();
                        SamplePicture picture = samplePicture(*samples, index);
                        context.post([this, picture = std::move(picture)] { emit loaded(picture); });
                    }
                },
                [] {});
}

}
