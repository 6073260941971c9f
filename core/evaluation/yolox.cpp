// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numeric>

#include "core/evaluation/decoder.h"

namespace lathe {
namespace {

/// COCO's evaluation looks at no more than 100 boxes a picture.
constexpr std::size_t boxesPerPicture = 100;

/// The raw head of YOLOX (Ge et al. 2021): rows [x, y, w, h, objectness, class scores ...], cell by cell of
/// square grids, one grid a stride; centre = (xy + cell) * stride, size = exp(wh) * stride. A box's category
/// is its best class, its score objectness times that class's.
class Yolox : public BoxDecoder
{
public:
    explicit Yolox(JsonObject& options)
        : m_strides(options.has("strides") ? options.reals("strides") : std::vector<double>{8, 16, 32})
        , m_score(options.real("score", 0.01))
        , m_overlap(options.real("nms", 0.65))
    {
        for (const double stride : m_strides)
            if (stride < 1 || stride != std::floor(stride))
                options.fail("strides", "must be whole numbers from 1");
        if (m_strides.empty())
            options.fail("strides", "must not be empty");
    }

    std::vector<Detection> decode(const Tensor& output) const override
    {
        const Shape& shape = output.shape();
        const std::int64_t columns = shape.rank() > 0 ? shape[shape.rank() - 1] : 0;
        if (columns < 6)
            fail(shape);
        const std::int64_t rows = shape.elements() / columns;
        const std::int64_t side = inputSide(rows, shape);
        const std::vector<float> values = output.toFloats();
        std::vector<Detection> found;
        std::int64_t row = 0;
        for (const double stride : m_strides) {
            const auto cells = side / static_cast<std::int64_t>(stride);
            for (std::int64_t cell = 0; cell < cells * cells; ++cell, ++row)
                add(std::span(values).subspan(static_cast<std::size_t>(row * columns),
                                              static_cast<std::size_t>(columns)),
                    static_cast<double>(cell % cells), static_cast<double>(cell / cells), stride, found);
        }
        return suppressOverlaps(std::move(found), m_overlap, boxesPerPicture);
    }

private:
    [[noreturn]] static void fail(const Shape& shape)
    {
        throw Error(ErrorCode::shapeMismatch, "decode.yolox",
                    {{"actual", shape.text()}, {"expected", "1 x cells of the strides x (5 + classes)"}});
    }

    /// The side of the square input whose grids have this many cells together.
    std::int64_t inputSide(std::int64_t rows, const Shape& shape) const
    {
        const double perPixel = std::accumulate(m_strides.begin(), m_strides.end(), 0.0,
                                                [](double sum, double s) { return sum + 1 / (s * s); });
        const auto side =
            static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(rows) / perPixel)));
        std::int64_t cells = 0;
        for (const double stride : m_strides)
            cells += (side / static_cast<std::int64_t>(stride)) * (side / static_cast<std::int64_t>(stride));
        if (cells != rows)
            fail(shape);
        return side;
    }

    void add(std::span<const float> row, double column, double line, double stride,
             std::vector<Detection>& found) const
    {
        const auto best = std::max_element(row.begin() + 5, row.end());
        const double score = static_cast<double>(row[4]) * *best;
        if (!(score > m_score)) // NaN is no detection
            return;
        const double centreX = (row[0] + column) * stride, centreY = (row[1] + line) * stride;
        const double width = std::exp(row[2]) * stride, height = std::exp(row[3]) * stride;
        found.push_back(
            {best - (row.begin() + 5),
             score,
             {centreX - width / 2, centreY - height / 2, centreX + width / 2, centreY + height / 2}});
    }

    std::vector<double> m_strides;
    double m_score;
    double m_overlap;
};

} // namespace

void register_yolox(Table<DecoderType>& table)
{
    table.add({.id = "yolox",
               .summary = "Raw head of YOLOX: strides, score (least), nms (largest overlap)",
               .make = [](JsonObject& options) -> std::shared_ptr<const BoxDecoder> {
                   return std::make_shared<Yolox>(options);
               }});
}

} // namespace lathe
