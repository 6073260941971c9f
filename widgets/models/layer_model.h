// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/layer_filter.h"
#include "widgets/models/layer_row.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

namespace lathe {

enum class LayerColumn {
    name,
    op,
    inputShape,
    outputShape,
    parameters,
    macs,
    weights,
    activations,
    weightSqnr,
    localSqnr,
    accumulatedSqnr,
    clipped,
    size,
    lossPerKib,
    problem
};

/// A table of layers; holds a snapshot. Cells of weights and activations can be edited: the new format is not stored
/// here but asked for by a signal, and comes back with the next snapshot.
class LayerModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        sortRole = Qt::UserRole + 1, ///< a number or text that orders the column
        idRole,
        staleRole,
        lockedRole,
        hoveredRole,
        bitsRole ///< of a number format; 0 where there is none
    };

    explicit LayerModel(std::vector<LayerColumn> columns, QObject* parent = nullptr);

    /// Same layers as before: only data changes, so that views keep selection and scroll position.
    void setRows(std::shared_ptr<const LayerRows> rows);
    void setStale(bool stale);
    void setHovered(const QString& id);
    const LayerRow* row(int index) const;
    int rowOf(const QString& id) const; ///< -1 when there is none
    LayerColumn column(int index) const { return m_columns[static_cast<std::size_t>(index)]; }
    int indexOf(LayerColumn column) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

signals:
    void formatAsked(const QString& id, lathe::LayerColumn column, const QString& format);

private:
    std::vector<LayerColumn> m_columns;
    std::shared_ptr<const LayerRows> m_rows;
    bool m_stale = false;
    QString m_hovered;
};

/// Sorts by value and filters by the filter line.
class LayerProxy : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit LayerProxy(QObject* parent = nullptr);
    void setFilter(LayerFilter filter);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    LayerFilter m_filter;
};

}
