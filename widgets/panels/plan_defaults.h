// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_plan.h"

#include <QWidget>

class QComboBox;
class QToolButton;

namespace lathe {

class Session;

/// What layers follow that say nothing of their own: formats of weights and activations, one scale for what,
/// how grids lie.
class PlanDefaults : public QWidget
{
    Q_OBJECT
public:
    explicit PlanDefaults(Session& session, QWidget* parent = nullptr);

private:
    void takePlan();
    void givePlan(const QString& text);
    void buildGridMenu();

    Session& m_session;
    QComboBox* m_weights;
    QComboBox* m_granularity;
    QComboBox* m_activations;
    QToolButton* m_grids;
    QToolButton* m_reset;
};

}
