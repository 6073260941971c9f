// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/grid_view.h"

#include <QHeaderView>
#include <algorithm>

namespace lathe {

void styleTable(QTableView& view)
{
    view.setSelectionBehavior(QAbstractItemView::SelectRows);
    view.setEditTriggers(QAbstractItemView::NoEditTriggers);
    view.setSortingEnabled(true);
    view.setShowGrid(false);
    view.setAlternatingRowColors(true);
    view.setFrameShape(QFrame::NoFrame);
    view.setWordWrap(false);
    view.setMouseTracking(true);
    view.setTabKeyNavigation(false);
    view.verticalHeader()->hide();
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.verticalHeader()->setDefaultSectionSize(view.fontMetrics().height() + 8);
    view.horizontalHeader()->setSortIndicatorClearable(true);
    view.horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    view.horizontalHeader()->setHighlightSections(false);
    view.horizontalHeader()->setStretchLastSection(true);
}

GridView::GridView(QWidget* parent)
    : QTableView(parent)
    , m_model(new GridModel(this))
    , m_proxy(new GridProxy(this))
{
    styleTable(*this);
    setSelectionMode(SingleSelection);
    m_proxy->setSourceModel(m_model);
    setModel(m_proxy);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this] { emit currentIdChanged(currentId()); });
    connect(this, &QAbstractItemView::entered, this,
            [this](const QModelIndex& index) { emit hovered(index.data(GridModel::idRole).toString()); });
}

void GridView::setGrid(std::shared_ptr<const Grid> grid)
{
    const QString before = currentId();
    const int rows = m_model->rowCount();
    m_model->setGrid(std::move(grid));
    if (m_model->rowCount() != rows) {
        fitColumns();
        if (!before.isEmpty())
            selectId(before);
    }
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

void GridView::fitHeight(int mostRows)
{
    const int rows = std::clamp(m_model->rowCount(), 1, mostRows);
    setFixedHeight(horizontalHeader()->sizeHint().height() + rows * verticalHeader()->defaultSectionSize() + 4);
}

void GridView::fitColumns()
{
    for (int column = 0; column < m_model->columnCount(); ++column) {
        resizeColumnToContents(column);
        setColumnWidth(column, std::clamp(columnWidth(column) + 8, 48, fontMetrics().averageCharWidth() * 30));
    }
}

void GridView::leaveEvent(QEvent* event)
{
    emit hovered({});
    QTableView::leaveEvent(event);
}

}
