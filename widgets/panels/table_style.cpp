// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/table_style.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QScopedValueRollback>
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
    QHeaderView::paintEvent(event);
    // The style fills what no section covers as if it were a button.
    QPainter painter(viewport());
    const QRect rest = viewport()->rect().adjusted(length() - offset(), 0, 0, 0);
    painter.fillRect(rest, palette().color(QPalette::Base));
    painter.setPen(palette().color(QPalette::Midlight));
    painter.drawLine(rest.bottomLeft(), rest.bottomRight());
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

ColumnFit::ColumnFit(QTableView& view, int mostFirst, int mostOther)
    : QObject(&view)
    , m_view(view)
    , m_mostFirst(mostFirst)
    , m_mostOther(mostOther)
{
    view.viewport()->installEventFilter(this);
    connect(view.horizontalHeader(), &QHeaderView::sectionResized, this, [this](int section) {
        const bool lastStretched = m_view.horizontalHeader()->stretchLastSection() &&
                                   m_view.horizontalHeader()->visualIndex(section) == m_view.horizontalHeader()->count() - 1;
        m_dragged = m_dragged || (!m_applying && !lastStretched && QGuiApplication::mouseButtons() != Qt::NoButton);
    });
}

void ColumnFit::measure()
{
    const QScopedValueRollback applying(m_applying, true);
    m_dragged = false;
    m_wanted.clear();
    for (int column = 0; column < m_view.model()->columnCount(); ++column) {
        const bool hidden = m_view.isColumnHidden(column);
        m_view.setColumnHidden(column, false);
        m_view.resizeColumnToContents(column);
        const auto floor = m_floors.find(column);
        m_wanted.push_back(std::max(m_view.columnWidth(column), floor == m_floors.end() ? 0 : floor->second));
        m_view.setColumnHidden(column, hidden);
    }
    apply();
}

void ColumnFit::apply()
{
    const QScopedValueRollback applying(m_applying, true);
    const int character = m_view.fontMetrics().averageCharWidth();
    const auto least = [&](int column) {
        const auto floor = m_floors.find(column);
        const int most = character * (column == 0 ? m_mostFirst : m_mostOther) + 2 * cellPadding;
        return std::min(m_wanted[static_cast<std::size_t>(column)], std::max(most, floor == m_floors.end() ? 0 : floor->second));
    };
    const int columns = std::min(static_cast<int>(m_wanted.size()), m_view.model()->columnCount());
    int room = m_view.viewport()->width();
    for (int column = 0; column < columns; ++column)
        room -= m_view.isColumnHidden(column) ? 0 : least(column);
    for (int column = 0; column < columns; ++column) {
        const int more = std::clamp(room, 0, m_wanted[static_cast<std::size_t>(column)] - least(column));
        if (!m_view.isColumnHidden(column)) {
            m_view.setColumnWidth(column, least(column) + more);
            room -= more;
        }
    }
}

bool ColumnFit::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize && !m_dragged)
        apply();
    return QObject::eventFilter(watched, event);
}

}
