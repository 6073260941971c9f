// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/grid_model.h"

#include <QTableView>

namespace lathe {

class ColumnFit;

/// A table view in the window's manner (flat, aligned, sortable) over a GridModel of its own.
class GridView : public QTableView
{
    Q_OBJECT
public:
    explicit GridView(QWidget* parent = nullptr);

    void setGrid(std::shared_ptr<const Grid> grid);
    /// Id of the current row; "" when none.
    QString currentId() const;
    void selectId(const QString& id);
    /// As high as its rows, up to `mostRows`; for short tables that stand above other things.
    void fitHeight(int mostRows);
    /// A column that is at least this wide, in pixels: a drawing has no contents to measure.
    void setLeastWidth(int column, int width);
    /// Said where the rows would be while there are none.
    void setEmptyText(const QString& text);
    /// Grey: the rows are not those of what is chosen now.
    void setStale(bool stale);

signals:
    void currentIdChanged(const QString& id);
    void hovered(const QString& id);

protected:
    void leaveEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void fit();

    GridModel* m_model;
    GridProxy* m_proxy;
    ColumnFit* m_fit;
    QString m_emptyText;
};

}
