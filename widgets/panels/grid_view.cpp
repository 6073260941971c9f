// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/grid_view.h"

#include "widgets/panels/table_style.h"

#include <QApplication>
#include <QHeaderView>
#include <QPainter>
#include <algorithm>

namespace lathe {

GridView::GridView(QWidget* parent)
    : QTableView(parent)
    , m_model(new GridModel(this))
    , m_proxy(new GridProxy(this))
{
    styleTable(*this);
    setSelectionMode(SingleSelection);
    m_proxy->setSourceModel(m_model);
    setModel(m_proxy);
    m_fit = new ColumnFit(*this);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this] { emit currentIdChanged(currentId()); });
    connect(this, &QAbstractItemView::entered, this,
            [this](const QModelIndex& index) { emit hovered(index.data(GridModel::idRole).toString()); });
}

void GridView::setGrid(std::shared_ptr<const Grid> grid)
{
    const QString before = currentId();
    const int columns = m_model->columnCount();
    const int rows = m_model->rowCount();
    m_model->setGrid(std::move(grid));
    if (m_model->columnCount() != columns || (rows == 0 && m_model->rowCount() > 0))
        fit();
    if (m_model->rowCount() != rows && !before.isEmpty())
        selectId(before);
}

void GridView::fit()
{
    m_fit->measure();
    // A last column of numbers stays beside the others instead of floating at the far edge.
    const Grid* grid = m_model->grid();
    horizontalHeader()->setStretchLastSection(grid && !grid->columns.empty() && !grid->columns.back().number);
}

QString GridView::currentId() const
{
    return currentIndex().isValid() ? currentIndex().siblingAtColumn(0).data(GridModel::idRole).toString() : QString();
}

void GridView::selectId(const QString& id)
{
    if (id == currentId())
        return;
    const int row = m_model->rowOf(id);
    if (row < 0) {
        selectionModel()->clear();
        return;
    }
    const QModelIndex index = m_proxy->mapFromSource(m_model->index(row, 0));
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void GridView::setLeastWidth(int column, int width)
{
    m_fit->setLeast(column, width);
}

void GridView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

void GridView::setStale(bool stale)
{
    QPalette shown = QApplication::palette(this);
    if (stale)
        for (const auto role : {QPalette::Text, QPalette::WindowText})
            shown.setColor(role, shown.color(QPalette::Disabled, role));
    setPalette(stale ? shown : QPalette());
}

void GridView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (m_model->rowCount() > 0 || m_emptyText.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void GridView::fitHeight(int mostRows)
{
    const int rows = std::clamp(m_model->rowCount(), 1, mostRows);
    setFixedHeight(horizontalHeader()->sizeHint().height() + rows * verticalHeader()->defaultSectionSize());
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    if (m_model->columnCount() > 0 && !horizontalHeader()->stretchLastSection())
        horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
}

void GridView::leaveEvent(QEvent* event)
{
    emit hovered({});
    QTableView::leaveEvent(event);
}

}
