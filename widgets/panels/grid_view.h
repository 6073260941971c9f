// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/grid_model.h"

#include <QTableView>

namespace lathe {

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

signals:
    void currentIdChanged(const QString& id);
    void hovered(const QString& id);

protected:
    void leaveEvent(QEvent* event) override;

private:
    void fit();

    GridModel* m_model;
    GridProxy* m_proxy;
};

}
