// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/grid_model.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QGuiApplication>
#include <QPalette>
#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

bool sameShape(const Grid& a, const Grid& b)
{
    return a.columns.size() == b.columns.size() && a.rows.size() == b.rows.size() &&
           std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(),
                      [](const Grid::Column& x, const Grid::Column& y) { return x.title == y.title; }) &&
           std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(),
                      [](const Grid::Row& x, const Grid::Row& y) { return x.id == y.id; });
}

}

void GridModel::setGrid(std::shared_ptr<const Grid> grid)
{
    if (m_grid && grid && sameShape(*m_grid, *grid)) {
        m_grid = std::move(grid);
        if (rowCount() > 0)
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_grid = std::move(grid);
    endResetModel();
}

int GridModel::rowOf(const QString& id) const
{
    if (m_grid)
        for (std::size_t i = 0; i < m_grid->rows.size(); ++i)
            if (m_grid->rows[i].id == id)
                return static_cast<int>(i);
    return -1;
}

int GridModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_grid ? 0 : static_cast<int>(m_grid->rows.size());
}

int GridModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_grid ? 0 : static_cast<int>(m_grid->columns.size());
}

QVariant GridModel::data(const QModelIndex& index, int role) const
{
    if (!m_grid || !index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const Grid::Column& column = m_grid->columns[static_cast<std::size_t>(index.column())];
    const Grid::Row& row = m_grid->rows[static_cast<std::size_t>(index.row())];
    if (static_cast<std::size_t>(index.column()) >= row.cells.size())
        return {};
    const Grid::Cell& cell = row.cells[static_cast<std::size_t>(index.column())];
    switch (role) {
    case Qt::DisplayRole: return cell.text;
    case Qt::ToolTipRole: return cell.tooltip.isEmpty() ? column.explanation : cell.tooltip;
    case Qt::TextAlignmentRole:
        return QVariant(column.number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole: return column.number ? QVariant(tabularFont(QGuiApplication::font())) : QVariant();
    case Qt::ForegroundRole: return row.marked ? QVariant(accent(QGuiApplication::palette())) : QVariant();
    case sortRole: return column.number ? QVariant(cell.sortKey) : QVariant(cell.text);
    case idRole: return row.id;
    case markedRole: return row.marked;
    default: return {};
    }
}

QVariant GridModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const Grid::Column& column = m_grid->columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole: return column.title;
    case Qt::ToolTipRole: return column.explanation;
    case Qt::TextAlignmentRole:
        return QVariant(column.number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    default: return {};
    }
}

bool numberSortsBefore(double a, double b, Qt::SortOrder order)
{
    if (std::isnan(a) || std::isnan(b))
        return std::isnan(a) == std::isnan(b) ? false : std::isnan(b) == (order == Qt::AscendingOrder);
    return a < b;
}

GridProxy::GridProxy(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(GridModel::sortRole);
}

bool GridProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const QVariant a = left.data(GridModel::sortRole);
    const QVariant b = right.data(GridModel::sortRole);
    if (a.typeId() == QMetaType::Double)
        return numberSortsBefore(a.toDouble(), b.toDouble(), sortOrder());
    return a.toString().localeAwareCompare(b.toString()) < 0;
}

}
