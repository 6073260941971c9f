// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/evaluation/evaluate.h"

namespace lathe {
namespace {

/// An output [classes, height, width] (with or without batch) as one class a pixel: one channel is foreground
/// from 0.5 up, more are scores of which the largest wins.
class PixelClasses
{
public:
    explicit PixelClasses(const Tensor& output)
        : m_values(output.toFloats())
    {
        const Shape& shape = output.shape();
        const int rank = shape.rank();
        if (rank < 2)
            throw Error(ErrorCode::shapeMismatch, "iou",
                        {{"actual", shape.text()}, {"expected", "classes x height x width"}});
        // A trailing axis of one class is the other common layout.
        const bool last = rank > 2 && shape[rank - 1] == 1;
        m_height = shape[rank - (last ? 3 : 2)];
        m_width = shape[rank - (last ? 2 : 1)];
        m_classes = m_height * m_width > 0 ? shape.elements() / (m_height * m_width) : 0;
    }

    std::int64_t height() const { return m_height; }
    std::int64_t width() const { return m_width; }

    std::int64_t at(std::int64_t y, std::int64_t x) const
    {
        const std::int64_t pixel = y * m_width + x;
        if (m_classes == 1)
            return value(pixel) >= 0.5F ? 1 : 0;
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < m_classes; ++c)
            if (value(c * m_height * m_width + pixel) > value(best * m_height * m_width + pixel))
                best = c;
        return best;
    }

    /// A mask's value as a class: with two classes, all but 0 is foreground.
    std::int64_t classOf(std::uint8_t value) const { return m_classes <= 2 ? (value > 0 ? 1 : 0) : value; }

private:
    float value(std::int64_t index) const { return m_values[static_cast<std::size_t>(index)]; }

    std::vector<float> m_values;
    std::int64_t m_height;
    std::int64_t m_width;
    std::int64_t m_classes;
};

struct Overlap
{
    std::int64_t shared = 0;
    std::int64_t either = 0;
};

/// Mean over the classes but the background that mask or output hold; 1 when neither holds any. The mask's
/// nearest pixel counts where sizes differ.
double meanOverlap(const MetricSample& sample)
{
    const PixelClasses output(sample.output);
    const auto mask = sample.target.data<std::uint8_t>();
    const std::int64_t height = sample.target.shape()[0], width = sample.target.shape()[1];
    std::map<std::int64_t, Overlap> overlaps;
    for (std::int64_t y = 0; y < output.height(); ++y)
        for (std::int64_t x = 0; x < output.width(); ++x) {
            const std::int64_t row = (2 * y + 1) * height / (2 * output.height());
            const std::int64_t column = (2 * x + 1) * width / (2 * output.width());
            const std::int64_t truth = output.classOf(mask[static_cast<std::size_t>(row * width + column)]);
            const std::int64_t found = output.at(y, x);
            overlaps[truth].shared += truth == found ? 1 : 0;
            ++overlaps[truth].either;
            if (truth != found)
                ++overlaps[found].either;
        }
    overlaps.erase(0);
    double sum = 0;
    for (const auto& [category, overlap] : overlaps)
        sum += static_cast<double>(overlap.shared) / static_cast<double>(overlap.either);
    return overlaps.empty() ? 1 : sum / static_cast<double>(overlaps.size());
}

} // namespace

void register_segmentation(Table<Metric>& table)
{
    table.add({.id = "iou",
               .label = "IoU",
               .target = TargetKind::mask,
               .binary = false,
               .share = true,
               .score = meanOverlap});
}

} // namespace lathe
