// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/layer_model.h"

#include <QTableView>
#include <QWidget>

class QLabel;
class QLineEdit;

namespace lathe {

class ColumnFit;
class Session;

/// The view of a layer table: arrows and mouse select, and, where bits may be edited, 2 to 8 and F set the bits of the
/// selection (with Shift of the activations alone, with Alt of the weights alone) and Space locks.
class LayerTableView : public QTableView
{
    Q_OBJECT
public:
    LayerTableView(Session& session, bool editable, QWidget* parent = nullptr);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    bool takesKey(const QKeyEvent& event) const;

    Session& m_session;
    bool m_editable;
};

/// A filter line above a table of the session's layers, which follows and leads the selection of the window.
class LayerTable : public QWidget
{
    Q_OBJECT
public:
    LayerTable(Session& session, std::vector<LayerColumn> columns, bool editable, QWidget* parent = nullptr);

    LayerTableView& view() { return *m_view; }
    LayerModel& model() { return *m_model; }
    void setFilterText(const QString& text);

private:
    void refreshRows();
    void fit();
    void filterEdited(const QString& text);
    void takeSelection();  ///< from the session
    void giveSelection();  ///< to the session
    void refreshCount();

    Session& m_session;
    LayerModel* m_model;
    LayerProxy* m_proxy;
    LayerTableView* m_view;
    ColumnFit* m_fit;
    QLineEdit* m_filter;
    QLabel* m_count;
    bool m_following = false;
};

}
