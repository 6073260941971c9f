// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>
#include <QStyledItemDelegate>
#include <map>
#include <vector>

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

/// Gives the columns of a view their widths, now and whenever the view is resized, until a person drags one: as wide as
/// contents and titles, but where that is more than the view has, columns are cut to what they need at the least, the
/// widest room going to the first ones.
class ColumnFit : public QObject
{
    Q_OBJECT
public:
    /// The first column needs at most `mostFirst` characters, others at most `mostOther`.
    explicit ColumnFit(QTableView& view, int mostFirst = 30, int mostOther = 24);

    /// Looks at the contents again; what a person dragged is forgotten.
    void measure();
    /// At least this wide, whatever is in it now. Call before measure().
    void setLeast(int column, int width) { m_floors[column] = width; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();

    QTableView& m_view;
    int m_mostFirst;
    int m_mostOther;
    std::map<int, int> m_floors;
    std::vector<int> m_wanted; ///< by column, all of the contents
    bool m_applying = false;
    bool m_dragged = false;
};

}
