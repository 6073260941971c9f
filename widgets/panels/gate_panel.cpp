// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gate_panel.h"

#include "core/targets/catalog.h"
#include "widgets/models/grid_cells.h"
#include "widgets/models/metric_text.h"
#include "widgets/panels/facts.h"
#include "widgets/session/gate_limit.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

namespace lathe {

GatePanel::GatePanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_limit(new QDoubleSpinBox(this))
    , m_verdict(new QLabel(this))
    , m_proposal(quietText({}, this))
    , m_raise(new QPushButton(tr("Raise them and validate"), this))
{
    m_limit->setObjectName(QStringLiteral("gateLimit"));
    m_limit->setAccessibleName(tr("Largest loss"));
    m_limit->setToolTip(
        tr("The gate fails where the metric of the data set drops by more: in percentage points for shares "
           "such as accuracy, in percent of the float model's figure for others."));
    m_limit->setRange(0, 100);
    m_limit->setDecimals(2);
    m_limit->setSingleStep(0.1);
    m_limit->setValue(gateLimitPercent());
    m_verdict->setObjectName(QStringLiteral("gateVerdict"));
    m_verdict->setWordWrap(true);
    m_proposal->setObjectName(QStringLiteral("gateProposal"));
    m_raise->setObjectName(QStringLiteral("gateRaise"));
    m_raise->setToolTip(tr("Changes the plan as one step to undo, and measures it."));
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(m_limit, 0, Qt::AlignTop);
    line->addWidget(m_verdict, 1);
    auto* proposal = new QHBoxLayout;
    proposal->setSpacing(8);
    proposal->addWidget(m_proposal, 1);
    proposal->addWidget(m_raise, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(heading(tr("Gate")));
    layout->addLayout(line);
    layout->addLayout(proposal);
    connect(m_limit, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
        setGateLimitPercent(percent);
        check();
    });
    connect(m_raise, &QPushButton::clicked, this, &GatePanel::takeProposals);
    connect(&session, &Session::planChanged, this, &GatePanel::check);
    connect(&session.job(), &Job::started, this, &GatePanel::refreshButton);
    connect(&session.job(), &Job::finished, this, &GatePanel::refreshButton);
    show({});
}

void GatePanel::setRun(std::shared_ptr<const EvaluationRun> run)
{
    m_run = std::move(run);
    check();
}

void GatePanel::check()
{
    const auto& dataset = m_session.dataset();
    if (!m_run || !m_session.model() || !dataset || !m_run->metric(dataset->info().metric)) {
        m_job.cancel();
        return show({});
    }
    m_limit->setSuffix(metricIsShare(dataset->info().metric) ? tr(" points") : tr(" %"));
    const bool present = m_run == m_session.currentRun();
    m_job.start(
        {},
        [run = m_run, model = m_session.model(), plan = m_session.plan(), metric = dataset->info().metric,
         present, share = m_limit->value() / 100](const JobContext&) {
            Verdict verdict{checkGate(*run, model->graph, metric, limitOf(*run, metric, share)), {}};
            if (present && !verdict.gate.passed)
                verdict.proposals = proposeRaises(*run, plan, model->graph, model->layers,
                                                  *targetNamed(plan.target), verdict.gate.toRaise.size());
            return verdict;
        },
        [this](Verdict verdict) { show(std::move(verdict)); });
}

void GatePanel::show(std::optional<Verdict> verdict)
{
    m_proposals = verdict ? std::move(verdict->proposals) : std::vector<RaisedLayer>();
    setVisible(verdict.has_value());
    m_verdict->setText(verdict ? verdictText(verdict->gate) : QString());
    m_proposal->setText(proposalText());
    m_proposal->setVisible(!m_proposals.empty());
    m_raise->setVisible(!m_proposals.empty());
    refreshButton();
}

QString GatePanel::verdictText(const GateResult& gate) const
{
    const bool gains = gate.loss < 0;
    const double low = gains ? -gate.high : gate.low;
    const double high = gains ? -gate.low : gate.high;
    const QString loss =
        (gains ? tr("%1 gains %2 (%3 to %4)") : tr("%1 loses %2 (%3 to %4)"))
            .arg(metricLabel(gate.metric), metricAmountText(gate.metric, std::abs(gate.loss)),
                 metricNumberText(gate.metric, low), metricNumberText(gate.metric, high));
    QString text = gate.passed ? tr("Passed: %1.").arg(loss) : tr("Failed: %1.").arg(loss);
    if (!gate.settled())
        text += QLatin1Char(' ') +
                tr("The interval reaches to both sides of the limit: more samples would settle it.");
    for (const OutputFigures& drift : gate.drift) {
        const QString name = QString::fromStdString(drift.name);
        text += QLatin1Char(' ') + (drift.error.exact()
                                        ? tr("\"%1\" is exact.").arg(name)
                                        : tr("\"%1\" drifts: %2 dB.").arg(name, sqnrText(drift.error.sqnrDb())));
    }
    return text;
}

QString GatePanel::proposalText() const
{
    QStringList parts;
    const QuantPlan& plan = m_session.plan();
    for (const RaisedLayer& raised : m_proposals) {
        QStringList formats;
        if (raised.plan.weights && *raised.plan.weights != plan.weightSpec(raised.layer))
            formats << tr("weights %1").arg(QString::fromStdString(raised.plan.weights->format.name()));
        if (raised.plan.activations && *raised.plan.activations != plan.activationSpec(raised.layer))
            formats
                << tr("activations %1").arg(QString::fromStdString(raised.plan.activations->format.name()));
        parts << tr("%1 (%2)").arg(QString::fromStdString(layerName(m_session.model()->layers, raised.layer)),
                                   formats.join(QStringLiteral(", ")));
    }
    return parts.isEmpty() ? QString()
                           : tr("Most error comes in at: %1.").arg(parts.join(QStringLiteral(", ")));
}

void GatePanel::takeProposals()
{
    if (m_proposals.empty())
        return;
    m_session.changePlan(withRaised(m_session.plan(), m_proposals), tr("More bits for the gate"));
    emit raised();
}

void GatePanel::refreshButton()
{
    m_raise->setEnabled(!m_session.job().running());
}

}
