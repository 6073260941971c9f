// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/heatmap_image.h"

#include "widgets/support/color_maps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lathe {
namespace {

constexpr int shades = 256;

/// Share of the colour scale, [0, 1]; the middle is 0 for signed errors.
double positionOf(const HeatmapData& data, float value)
{
    double low = data.low;
    double high = data.high;
    if (data.diverging) {
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    if (!(high > low))
        return data.diverging ? 0.5 : 1;
    return std::clamp((value - low) / (high - low), 0.0, 1.0);
}

QColor colorAt(const HeatmapData& data, double position, bool dark)
{
    return data.diverging ? diverging(2 * position - 1, dark) : viridis(position);
}

std::array<QRgb, shades> shadesOf(const HeatmapData& data, bool dark)
{
    std::array<QRgb, shades> result{};
    for (int i = 0; i < shades; ++i)
        result[static_cast<std::size_t>(i)] = colorAt(data, i / (shades - 1.0), dark).rgb();
    return result;
}

float worse(const HeatmapData& data, float a, float b)
{
    if (std::isnan(a) || std::isnan(b))
        return std::isnan(a) ? b : a;
    if (data.diverging)
        return std::abs(b) > std::abs(a) ? b : a;
    return data.highIsGood ? std::min(a, b) : std::max(a, b);
}

}

QColor heatmapColor(const HeatmapData& data, float value, bool dark)
{
    return std::isnan(value) ? QColor() : colorAt(data, positionOf(data, value), dark);
}

float worstCell(const HeatmapData& data, const std::vector<float>& cells, std::size_t first, std::size_t last)
{
    float result = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t i = first; i < last; ++i)
        result = worse(data, result, cells[i]);
    return result;
}

HeatmapImage heatmapImage(const HeatmapData& data, const HeatmapWindow& window, QSize pixels, bool dark)
{
    HeatmapImage result;
    const auto total = static_cast<int>(data.rows.size());
    result.firstRow = std::clamp(static_cast<int>(std::floor(window.firstRow)), 0, total);
    const int end = std::clamp(static_cast<int>(std::ceil(window.firstRow + window.rows)), result.firstRow, total);
    result.rows = end - result.firstRow;
    result.left = window.left;
    result.width = window.width;
    if (result.rows == 0 || pixels.width() <= 0 || pixels.height() <= 0)
        return result;

    const int width = pixels.width();
    const int height = std::min(result.rows, pixels.height());
    const std::array<QRgb, shades> colors = shadesOf(data, dark);
    result.image = QImage(width, height, QImage::Format_ARGB32_Premultiplied);
    std::vector<float> line(static_cast<std::size_t>(width));
    for (int y = 0; y < height; ++y) {
        std::fill(line.begin(), line.end(), std::numeric_limits<float>::quiet_NaN());
        const int rowEnd = std::max(y * result.rows / height + 1, (y + 1) * result.rows / height);
        for (int r = y * result.rows / height; r < rowEnd; ++r) {
            const std::vector<float>& cells = data.rows[static_cast<std::size_t>(result.firstRow + r)].cells;
            const auto count = static_cast<double>(cells.size());
            for (int x = 0; x < width && !cells.empty(); ++x) {
                // The half-open interval of cells whose centre, or at least part, lies under the pixel.
                const auto first = std::min(cells.size() - 1,
                                            static_cast<std::size_t>((window.left + window.width * x / width) * count));
                const auto last = std::clamp(static_cast<std::size_t>((window.left + window.width * (x + 1) / width) * count),
                                             first + 1, cells.size());
                float& value = line[static_cast<std::size_t>(x)];
                value = worse(data, value, worstCell(data, cells, first, last));
            }
        }
        auto* target = reinterpret_cast<QRgb*>(result.image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const float value = line[static_cast<std::size_t>(x)];
            const double position = std::isnan(value) ? 0 : positionOf(data, value);
            target[x] = std::isnan(value) ? 0 : colors[static_cast<std::size_t>(std::lround(position * (shades - 1)))];
        }
    }
    return result;
}

}
