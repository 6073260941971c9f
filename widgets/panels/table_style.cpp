// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/table_style.h"

#include <QApplication>
#include <QPainter>
#include <QTableView>
#include <algorithm>

namespace lathe {
namespace {

constexpr int arrowHeight = 3;

}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QStyle* style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
    if (cell.text.isEmpty())
        return;
    const bool selected = cell.state & QStyle::State_Selected;
    const QRect place = cell.rect.adjusted(cellPadding, 0, -cellPadding, 0);
    painter->save();
    painter->setFont(cell.font);
    const auto group = cell.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
    painter->setPen(cell.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text));
    painter->drawText(place, static_cast<int>(cell.displayAlignment | Qt::TextSingleLine),
                      QFontMetrics(cell.font).elidedText(cell.text, cell.textElideMode, place.width()));
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    return {QFontMetrics(cell.font).horizontalAdvance(cell.text) + 2 * cellPadding + 1, cell.fontMetrics.height() + 6};
}

FlatHeader::FlatHeader(QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setHighlightSections(false);
    setSectionsClickable(true);
    setSectionsMovable(true);
    setMinimumSectionSize(32);
}

QSize FlatHeader::sectionSizeFromContents(int section) const
{
    const QString text = model()->headerData(section, Qt::Horizontal).toString();
    return {fontMetrics().horizontalAdvance(text) + 2 * cellPadding + 1, fontMetrics().height() + 9};
}

void FlatHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    if (!rect.isValid())
        return;
    const QString text = model()->headerData(section, Qt::Horizontal).toString();
    const auto alignment =
        static_cast<Qt::Alignment>(model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    const bool right = alignment & Qt::AlignRight;
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    const QRect place = rect.adjusted(cellPadding, 0, -cellPadding, 0);
    painter->save();
    painter->fillRect(rect, palette().color(QPalette::Base));
    if (sorted) {
        // Above the title, so that sorting never cuts it.
        const int middle = right ? place.right() - 4 : place.left() + 4;
        const bool ascending = sortIndicatorOrder() == Qt::AscendingOrder;
        const int tip = rect.top() + (ascending ? 0 : arrowHeight);
        const int base = rect.top() + (ascending ? arrowHeight : 0);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(palette().color(QPalette::Text));
        painter->drawPolygon(QPolygon{QPoint(middle - 4, base), QPoint(middle + 4, base), QPoint(middle, tip)});
    }
    painter->setPen(palette().color(sorted ? QPalette::Text : QPalette::PlaceholderText));
    painter->drawText(place, static_cast<int>((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextSingleLine),
                      fontMetrics().elidedText(text, Qt::ElideRight, place.width()));
    painter->setPen(palette().color(QPalette::Midlight));
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    painter->restore();
}

void FlatHeader::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette().color(QPalette::Base));
    painter.setPen(palette().color(QPalette::Midlight));
    painter.drawLine(0, viewport()->height() - 1, viewport()->width(), viewport()->height() - 1);
    painter.end();
    QHeaderView::paintEvent(event);
}

void styleTable(QTableView& view)
{
    view.setHorizontalHeader(new FlatHeader(&view));
    view.setItemDelegate(new CellDelegate(&view));
    view.setSelectionBehavior(QAbstractItemView::SelectRows);
    view.setEditTriggers(QAbstractItemView::NoEditTriggers);
    view.setShowGrid(false);
    view.setAlternatingRowColors(true);
    view.setFrameShape(QFrame::NoFrame);
    view.setWordWrap(false);
    view.setMouseTracking(true);
    view.setTabKeyNavigation(false);
    view.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view.verticalHeader()->hide();
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.verticalHeader()->setMinimumSectionSize(16);
    view.verticalHeader()->setDefaultSectionSize(view.fontMetrics().height() + 6);
    view.horizontalHeader()->setSortIndicatorClearable(true);
    view.horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    view.horizontalHeader()->setStretchLastSection(true);
    view.setSortingEnabled(true);
}

void fitColumns(QTableView& view, int mostFirst, int mostOther)
{
    const int character = view.fontMetrics().averageCharWidth();
    for (int column = 0; column < view.model()->columnCount(); ++column) {
        view.resizeColumnToContents(column);
        const int most = character * (column == 0 ? mostFirst : mostOther) + 2 * cellPadding;
        view.setColumnWidth(column, std::min(view.columnWidth(column), most));
    }
}

}
