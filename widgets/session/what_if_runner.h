// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/model.h"
#include "core/targets/target.h"
#include "widgets/session/job.h"
#include "widgets/session/plan_figures.h"

#include <QTimer>

namespace lathe {

/// Keeps the figures of the newest plan: measures it on the probe set on a worker. Edits that come quickly are
/// measured once, for the last of them; preparing the probe set is never thrown away by an edit.
class WhatIfRunner : public QObject
{
    Q_OBJECT
public:
    explicit WhatIfRunner(int workers, QObject* parent = nullptr);

    /// What plans are measured on, and where the target puts points (null: the generic one's); null statistics or
    /// samples: nothing, until there is something.
    void setSubject(std::shared_ptr<const Model> model, std::shared_ptr<const Statistics> statistics,
                    std::shared_ptr<const Samples> samples, std::shared_ptr<const Target> target = nullptr);
    void setPlan(const QuantPlan& plan);

    const std::shared_ptr<const PlanFigures>& figures() const { return m_figures; }
    /// True from an edit until its figures are there.
    bool stale() const { return m_stale; }
    bool ready() const { return m_engine != nullptr; }
    const Job& job() const { return m_job; }

signals:
    void figuresChanged();
    void staleChanged();
    void failed(const lathe::UserError& error);

private:
    struct Engine;

    void setStale(bool stale);
    void prepare();
    void update();

    int m_workers;
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Statistics> m_statistics;
    std::shared_ptr<const Samples> m_samples;
    std::shared_ptr<const Target> m_target;
    std::optional<QuantPlan> m_plan;
    std::shared_ptr<Engine> m_engine; ///< null until prepared
    bool m_preparing = false;
    std::shared_ptr<const PlanFigures> m_figures;
    bool m_stale = false;
    QTimer m_pause;
    Job m_job;
};

}
