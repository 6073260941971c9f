// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/sparkline_delegate.h"

#include "widgets/models/statistics_grid.h"
#include "widgets/support/color_maps.h"

#include <QPainter>
#include <QPainterPath>
#include <QSortFilterProxyModel>

namespace lathe {

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const auto* proxy = qobject_cast<const QSortFilterProxyModel*>(index.model());
    const int row = proxy ? proxy->mapToSource(index).row() : index.row();
    if (!m_statistics || row >= static_cast<int>(m_statistics->shapes.size()))
        return;
    const std::vector<float>& shape = m_statistics->shapes[static_cast<std::size_t>(row)];
    if (shape.empty())
        return;
    const QRectF area = QRectF(option.rect).adjusted(6, 3, -6, -3);
    const double step = area.width() / static_cast<double>(shape.size());
    QPainterPath path(area.bottomLeft());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const double top = area.bottom() - area.height() * static_cast<double>(shape[i]);
        path.lineTo(area.left() + step * static_cast<double>(i), top);
        path.lineTo(area.left() + step * static_cast<double>(i + 1), top);
    }
    path.lineTo(area.bottomRight());
    path.closeSubpath();
    const bool selected = option.state & QStyle::State_Selected;
    QColor color = selected ? option.palette.color(QPalette::HighlightedText) : accent(option.palette);
    painter->save();
    painter->setPen(Qt::NoPen);
    color.setAlphaF(0.75F);
    painter->setBrush(color);
    painter->drawPath(path);
    painter->restore();
}

QSize SparklineDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {option.fontMetrics.averageCharWidth() * 22, option.fontMetrics.height() + 8};
}

}
