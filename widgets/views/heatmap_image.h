// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/heatmap_data.h"

#include <QImage>

namespace lathe {

/// What of a heatmap is seen: rows by number, columns by share of the row's width (rows have different lengths).
struct HeatmapWindow
{
    double firstRow = 0;
    double rows = 1;
    double left = 0;
    double width = 1;

    bool operator==(const HeatmapWindow&) const = default;
};

/// A picture of the rows that `window` touches. `firstRow` and `rows` say which ones: whole rows, one line each, or, where
/// there are more rows than pixels, several of them in a line.
struct HeatmapImage
{
    QImage image;
    int firstRow = 0;
    int rows = 0;
    double left = 0;
    double width = 1;
};

/// At most `pixels` large. A pixel that stands for several cells shows the worst of them: a single bad channel must not
/// vanish by averaging. Missing cells (NaN) stay transparent. Takes time proportional to the cells; not for the GUI thread.
HeatmapImage heatmapImage(const HeatmapData& data, const HeatmapWindow& window, QSize pixels, bool dark);

/// Invalid for NaN.
QColor heatmapColor(const HeatmapData& data, float value, bool dark);

/// The worst of [first, last): the lowest where high is good, the largest magnitude of signed errors. NaN when all are.
float worstCell(const HeatmapData& data, const std::vector<float>& cells, std::size_t first, std::size_t last);

}
