// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>
#include <QStyledItemDelegate>

class QTableView;

namespace lathe {

/// Space at both sides of a cell's text.
inline constexpr int cellPadding = 6;

/// Cells with room at their sides, so that right-aligned numbers do not touch the text of the next column.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// A flat header in quieter colour, aligned as its columns.
class FlatHeader : public QHeaderView
{
    Q_OBJECT
public:
    explicit FlatHeader(QWidget* parent = nullptr);

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;
    QSize sectionSizeFromContents(int section) const override;
    void paintEvent(QPaintEvent* event) override;
};

/// What the window's tables have in common: flat, dense, sortable, rows of one height.
void styleTable(QTableView& view);

/// Widths from contents and titles; the first column at most `mostFirst` characters, others at most `mostOther`.
void fitColumns(QTableView& view, int mostFirst = 30, int mostOther = 24);

}
