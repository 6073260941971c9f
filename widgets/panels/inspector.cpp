// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/inspector.h"

#include "widgets/panels/sample_strip.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

namespace lathe {
namespace {

enum Tab {
    activationsTab,
    weightsTab,
    samplesTab
};

}

Inspector::Inspector(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(heading({}, this))
    , m_tabs(new QTabWidget(this))
{
    m_title->setObjectName(QStringLiteral("inspectorTitle"));
    m_tabs->setObjectName(QStringLiteral("inspectorTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(buildSide(m_activations, QStringLiteral("activations")), tr("Activations"));
    m_tabs->addTab(buildSide(m_weights, QStringLiteral("weights")), tr("Weights"));
    m_tabs->addTab(buildSamples(), tr("Samples"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addWidget(m_tabs, 1);

    connect(m_activations.histogram, &HistogramView::endClicked, this, &Inspector::showEnd);
    connect(m_activations.histogram, &HistogramView::clipChanged, this, &Inspector::clipEdited);
    connect(m_weights.histogram, &HistogramView::clipChanged, this, &Inspector::weightClipEdited);
    connect(&session.selection(), &LayerSelection::changed, this, &Inspector::ask);
    connect(&session, &Session::statisticsChanged, this, &Inspector::ask);
    connect(&session, &Session::planChanged, this, &Inspector::refreshStale);
    connect(&session, &Session::figuresChanged, this, &Inspector::ask);
    ask();
}

QWidget* Inspector::buildSide(Side& side, const QString& objectName)
{
    side.histogram = new HistogramView;
    side.histogram->setObjectName(objectName + QStringLiteral("Histogram"));
    side.histogram->setMinimumHeight(180);
    side.facts = new Facts;
    side.facts->setObjectName(objectName + QStringLiteral("Facts"));
    const bool weights = &side == &m_weights;
    side.resetClip = new QPushButton(tr("Range by the method"));
    side.resetClip->setObjectName(weights ? QStringLiteral("resetWeightClip") : QStringLiteral("resetClip"));
    side.resetClip->setToolTip(tr("Lets the range method decide again; the range was set by hand."));
    connect(side.resetClip, &QPushButton::clicked, this, [this, weights] {
        const QString layer = m_session.selection().current();
        weights ? m_session.setWeightClip(layer, std::nullopt) : m_session.setClip(layer, std::nullopt);
    });
    auto* scrolled = new QWidget;
    auto* inner = new QVBoxLayout(scrolled);
    inner->setContentsMargins(0, 0, 4, 4);
    inner->addWidget(side.facts);
    inner->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidget(scrolled);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(side.histogram, 3);
    layout->addWidget(side.resetClip, 0, Qt::AlignLeft);
    layout->addSpacing(4);
    layout->addWidget(scroll, 2);
    return box;
}

QWidget* Inspector::buildSamples()
{
    m_endsText = quietText();
    m_ends = new SampleStrip;
    m_ends->setObjectName(QStringLiteral("endSamples"));
    m_ends->setSide(128);
    m_widest = new SampleStrip;
    m_widest->setSide(64);
    auto* scroll = new QScrollArea;
    scroll->setWidget(m_widest);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFixedHeight(64 + 4 * fontMetrics().height() + 8);
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(heading(tr("Who set the ends")));
    layout->addWidget(m_endsText);
    layout->addWidget(m_ends);
    layout->addSpacing(4);
    layout->addWidget(heading(tr("Widest ranges")));
    layout->addWidget(scroll);
    layout->addStretch();
    return box;
}

std::shared_ptr<const Samples> Inspector::samples() const
{
    return m_session.dataset() ? m_session.dataset()->split(Split::calibration) : nullptr;
}

void Inspector::ask()
{
    refreshStale();
    const Layer* layer = m_session.layer(m_session.selection().current());
    const auto count = m_session.selection().selected().size();
    m_title->setText(!layer     ? tr("No layer selected")
                     : count > 1 ? tr("%1 and %n more", nullptr, static_cast<int>(count) - 1).arg(QString::fromStdString(layer->name))
                                 : QString::fromStdString(layer->name));
    if (!layer || !m_session.model()) {
        show(nullptr);
        return;
    }
    InspectionRequest request{layer->id, m_session.model(), m_session.statistics(), nullptr, m_session.plan()};
    if (const auto& figures = m_session.figures(); figures && figures->resolved) {
        request.resolved = figures->resolved;
        request.plan = figures->plan;
    }
    m_job.start({}, [request](const JobContext&) { return inspect(request); },
                [this](std::shared_ptr<const Inspection> inspection) { show(std::move(inspection)); });
}

void Inspector::show(std::shared_ptr<const Inspection> inspection)
{
    m_shown = std::move(inspection);
    const QString select = tr("Select a layer to see its numbers.");
    m_activations.histogram->setEmptyText(m_shown ? tr("Calibrate to see this tensor's distribution.") : select);
    m_weights.histogram->setEmptyText(m_shown ? tr("This layer has no weights.") : select);
    m_activations.histogram->setData(m_shown ? m_shown->activations : nullptr);
    m_weights.histogram->setData(m_shown ? m_shown->weights : nullptr);
    m_activations.facts->setFacts(m_shown ? m_shown->activationFacts : std::vector<Fact>());
    m_weights.facts->setFacts(m_shown ? m_shown->weightFacts : std::vector<Fact>());
    m_tabs->setTabEnabled(weightsTab, !m_shown || m_shown->weights);

    std::vector<SampleStrip::Entry> ends;
    std::vector<SampleStrip::Entry> widest;
    if (m_shown && m_shown->activations) {
        ends = {{m_shown->minimumSample, tr("min %1").arg(numberText(m_shown->activations->minimum))},
                {m_shown->maximumSample, tr("max %1").arg(numberText(m_shown->activations->maximum))}};
        for (const std::int64_t index : m_shown->widestSamples)
            widest.push_back({index, {}});
    }
    m_endsText->setText(!ends.empty() ? tr("The samples in which the smallest and the largest value were seen. One odd "
                                           "sample can cost every other one its resolution.")
                                      : select);
    m_ends->setSamples(samples(), ends);
    m_widest->setSamples(samples(), widest);
    refreshStale();
}

void Inspector::refreshStale()
{
    const bool stale = m_session.figuresStale();
    m_activations.histogram->setStale(stale);
    m_weights.histogram->setStale(stale);
    const std::string id = m_session.selection().current().toStdString();
    const auto own = m_session.plan().layers.find(id);
    const LayerPlan plan = own != m_session.plan().layers.end() ? own->second : LayerPlan();
    m_activations.resetClip->setVisible(plan.clip.has_value());
    m_weights.resetClip->setVisible(plan.weightClip.has_value());
    for (const Side* side : {&m_activations, &m_weights})
        side->histogram->setClipEditable(!plan.locked);
}

void Inspector::showEnd(HistogramView::End)
{
    m_tabs->setCurrentIndex(samplesTab);
}

void Inspector::weightClipEdited(double low, double high)
{
    if (m_shown)
        m_session.setWeightClip(QString::fromStdString(m_shown->layer),
                                Range{static_cast<float>(low), static_cast<float>(high)});
}

void Inspector::clipEdited(double low, double high)
{
    if (m_shown)
        m_session.setClip(QString::fromStdString(m_shown->layer),
                          Range{static_cast<float>(low), static_cast<float>(high)});
}

}
