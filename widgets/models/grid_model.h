// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <vector>

namespace lathe {

/// A plain table of figures as values: made anywhere, shown by GridModel.
struct Grid
{
    struct Column
    {
        QString title;       ///< with its unit
        QString explanation; ///< one sentence: what it is and how the number is made
        bool number = false; ///< right-aligned, tabular figures
    };
    struct Cell
    {
        QString text;
        double sortKey = 0; ///< of numbers; NaN: not known, which comes last in either order
        QString tooltip = {};
    };
    struct Row
    {
        QString id;
        std::vector<Cell> cells;
        bool marked = false; ///< in the accent colour: changed, failing
    };
    std::vector<Column> columns;
    std::vector<Row> rows;
};

/// Shows a snapshot of a Grid.
class GridModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        sortRole = Qt::UserRole + 1,
        idRole,
        markedRole
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// The same columns and row ids as before: only data changes, so that views keep their place.
    void setGrid(std::shared_ptr<const Grid> grid);
    const Grid* grid() const { return m_grid.get(); }
    int rowOf(const QString& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const Grid> m_grid;
};

/// For lessThan() of a proxy that sorts in `order`: numbers by value, NaN (not known) last in either order.
bool numberSortsBefore(double a, double b, Qt::SortOrder order);

/// Sorts numbers by value, those that are not known last.
class GridProxy : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit GridProxy(QObject* parent = nullptr);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}
