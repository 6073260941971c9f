// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <memory>

namespace lathe {

struct StatisticsGrid;

/// Draws the distribution of a statistics row as a small filled outline.
class SparklineDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void setStatistics(std::shared_ptr<const StatisticsGrid> statistics) { m_statistics = std::move(statistics); }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    std::shared_ptr<const StatisticsGrid> m_statistics;
};

}
