// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/raise_layers.h"
#include "core/evaluation/gate.h"
#include "widgets/session/job.h"

#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace lathe {

class Session;

/// Whether a validation run may ship: the limit, the verdict with its interval and the drift of the logits,
/// and, where the gate fails, the layers that one press gives more bits.
class GatePanel : public QWidget
{
    Q_OBJECT
public:
    explicit GatePanel(Session& session, QWidget* parent = nullptr);

    /// A finished run, or null. Proposals are made for runs of the present plan alone.
    void setRun(std::shared_ptr<const EvaluationRun> run);

signals:
    /// The plan was changed: it wants to be measured.
    void raised();

private:
    struct Verdict
    {
        GateResult gate;
        std::vector<RaisedLayer> proposals;
    };

    void check();
    void show(std::optional<Verdict> verdict);
    QString verdictText(const GateResult& gate) const;
    QString proposalText() const;
    void takeProposals();
    void refreshButton();

    Session& m_session;
    QDoubleSpinBox* m_limit;
    QLabel* m_verdict;
    QLabel* m_proposal;
    QPushButton* m_raise;
    std::shared_ptr<const EvaluationRun> m_run;
    std::vector<RaisedLayer> m_proposals;
    Job m_job;
};

}
