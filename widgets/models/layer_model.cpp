// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_model.h"

#include "widgets/models/grid_model.h"
#include "widgets/models/layer_columns.h"
#include "widgets/support/number_text.h"

#include <QGuiApplication>
#include <QPalette>
#include <cmath>
#include <limits>

namespace lathe {

LayerModel::LayerModel(std::vector<LayerColumn> columns, QObject* parent)
    : QAbstractTableModel(parent)
    , m_columns(std::move(columns))
    , m_rows(std::make_shared<const LayerRows>())
{
}

void LayerModel::setRows(std::shared_ptr<const LayerRows> rows)
{
    if (!rows)
        rows = std::make_shared<const LayerRows>();
    const bool same = rows->size() == m_rows->size() &&
                      std::equal(rows->begin(), rows->end(), m_rows->begin(),
                                 [](const LayerRow& a, const LayerRow& b) { return a.id == b.id; });
    if (same) {
        m_rows = std::move(rows);
        if (!m_rows->empty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void LayerModel::setStale(bool stale)
{
    if (stale == m_stale)
        return;
    m_stale = stale;
    if (!m_rows->empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::ForegroundRole, staleRole});
}

void LayerModel::setHovered(const QString& id)
{
    const int before = rowOf(m_hovered);
    m_hovered = id;
    for (const int row : {before, rowOf(id)})
        if (row >= 0)
            emit dataChanged(index(row, 0), index(row, columnCount() - 1), {Qt::BackgroundRole, hoveredRole});
}

const LayerRow* LayerModel::row(int index) const
{
    const bool inside = index >= 0 && index < static_cast<int>(m_rows->size());
    return inside ? &(*m_rows)[static_cast<std::size_t>(index)] : nullptr;
}

int LayerModel::rowOf(const QString& id) const
{
    for (std::size_t i = 0; i < m_rows->size(); ++i)
        if ((*m_rows)[i].id == id)
            return static_cast<int>(i);
    return -1;
}

int LayerModel::indexOf(LayerColumn column) const
{
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        if (m_columns[i] == column)
            return static_cast<int>(i);
    return -1;
}

int LayerModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows->size());
}

int LayerModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant LayerModel::data(const QModelIndex& index, int role) const
{
    const LayerRow* row = this->row(index.row());
    if (!row || !index.isValid())
        return {};
    const LayerColumn column = this->column(index.column());
    switch (role) {
    case Qt::DisplayRole: return columnText(*row, column);
    case Qt::EditRole: return columnEdit(*row, column);
    case Qt::ToolTipRole: return columnTooltip(*row, column);
    case Qt::TextAlignmentRole:
        return QVariant(columnIsNumber(column) ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        return columnIsNumber(column) ? QVariant(tabularFont(QGuiApplication::font())) : QVariant();
    case Qt::ForegroundRole: {
        const QPalette palette = QGuiApplication::palette();
        if ((m_stale && columnIsMeasured(column)) || row->unsupported || (row->lossIsOld && column == LayerColumn::lossPerKib))
            return palette.color(QPalette::Disabled, QPalette::Text);
        return {};
    }
    case Qt::BackgroundRole: {
        if (m_hovered.isEmpty() || row->id != m_hovered)
            return {};
        QColor color = QGuiApplication::palette().color(QPalette::Highlight);
        color.setAlpha(48);
        return color;
    }
    case sortRole: return columnSortKey(*row, column);
    case idRole: return row->id;
    case staleRole: return m_stale && columnIsMeasured(column);
    case lockedRole: return row->locked;
    case hoveredRole: return !m_hovered.isEmpty() && row->id == m_hovered;
    case bitsRole:
        if (column == LayerColumn::weights)
            return row->hasWeights ? row->weights.bits : 0;
        return column == LayerColumn::activations ? row->activations.bits : 0;
    default: return {};
    }
}

QVariant LayerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const LayerColumn column = this->column(section);
    switch (role) {
    case Qt::DisplayRole: return columnTitle(column);
    case Qt::ToolTipRole: return columnExplanation(column);
    case Qt::TextAlignmentRole:
        return QVariant(columnIsNumber(column) ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    default: return {};
    }
}

Qt::ItemFlags LayerModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    const LayerRow* row = this->row(index.row());
    if (!row || !index.isValid())
        return flags;
    const LayerColumn column = this->column(index.column());
    const bool editable = (column == LayerColumn::weights && row->hasWeights) || column == LayerColumn::activations;
    return editable && !row->locked && !row->unsupported ? flags | Qt::ItemIsEditable : flags;
}

bool LayerModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const LayerRow* row = this->row(index.row());
    if (!row || role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable))
        return false;
    emit formatAsked(row->id, column(index.column()), value.toString());
    return true;
}

LayerProxy::LayerProxy(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(LayerModel::sortRole);
    setDynamicSortFilter(true);
}

void LayerProxy::setFilter(LayerFilter filter)
{
    m_filter = std::move(filter);
    invalidateFilter();
}

bool LayerProxy::filterAcceptsRow(int row, const QModelIndex&) const
{
    const auto* model = qobject_cast<const LayerModel*>(sourceModel());
    const LayerRow* found = model ? model->row(row) : nullptr;
    return found && m_filter.accepts(*found);
}

bool LayerProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const QVariant a = left.data(LayerModel::sortRole);
    const QVariant b = right.data(LayerModel::sortRole);
    if (a.typeId() == QMetaType::Double && b.typeId() == QMetaType::Double)
        return numberSortsBefore(a.toDouble(), b.toDouble(), sortOrder());
    return a.toString().localeAwareCompare(b.toString()) < 0;
}

}
