// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/heatmap_view.h"

namespace lathe {

/// Where rows and cells of a HeatmapView lie on the screen.
struct HeatmapView::Layout
{
    HeatmapWindow window;
    QRectF map;
    QRect header; ///< column labels; may be empty
    QRect legend;
    int rows = 0;

    double rowHeight() const { return map.height() / window.rows; }
    double yOf(double row) const { return map.top() + (row - window.firstRow) * rowHeight(); }
    double xOf(double share) const { return map.left() + (share - window.left) / window.width * map.width(); }
    int firstRow() const { return std::clamp(static_cast<int>(std::floor(window.firstRow)), 0, rows); }
    int endRow() const { return std::clamp(static_cast<int>(std::ceil(window.firstRow + window.rows)), 0, rows); }
    QRectF rowRect(int row) const { return {map.left(), yOf(row), map.width(), rowHeight()}; }

    /// -1 outside; the names at the left belong to their rows.
    int rowAt(const QPointF& position) const
    {
        if (rows == 0 || position.y() < map.top() || position.y() >= map.bottom() || position.x() > map.right())
            return -1;
        return std::clamp(static_cast<int>(std::floor(window.firstRow + (position.y() - map.top()) / rowHeight())), 0, rows - 1);
    }

    double shareAt(double x) const { return window.left + (x - map.left()) / map.width() * window.width; }
};

}
