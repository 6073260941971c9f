// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/metric_text.h"
#include "widgets/models/run_grids.h"
#include "widgets/pages/page.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/finding_list.h"
#include "widgets/panels/gate_panel.h"
#include "widgets/panels/grid_view.h"
#include "widgets/panels/sample_strip.h"
#include "widgets/session/session.h"
#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/summary_chart.h"

#include <QComboBox>
#include <QDateTime>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QTabWidget>
#include <QVBoxLayout>
#include <cmath>
#include <limits>

namespace lathe {
namespace {

constexpr std::size_t weakNamed = 5;
constexpr int weakCharted = 8;

/// Float against quantized on the validation split: what is lost, with which certainty, and which layers lose it.
class ValidationPage : public QWidget
{
    Q_OBJECT
public:
    ValidationPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
    {
        m_help = m_empty->addButton(QString());
        m_help->setObjectName(QStringLiteral("validationHelp"));
        connect(m_help, &QPushButton::clicked, this, &ValidationPage::help);
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &ValidationPage::refresh);
        connect(&session, &Session::datasetChanged, this, &ValidationPage::refresh);
        connect(&session, &Session::statisticsChanged, this, &ValidationPage::refresh);
        connect(&session, &Session::planChanged, this, &ValidationPage::refresh);
        connect(&session, &Session::runsChanged, this, &ValidationPage::runsChanged);
        connect(&session.job(), &Job::started, this, &ValidationPage::refresh);
        connect(&session.job(), &Job::finished, this, &ValidationPage::refresh);
        connect(&session.selection(), &LayerSelection::changed, this,
                [this] { m_layers->selectId(m_session.selection().current()); });
        connect(&session.selection(), &LayerSelection::hoverChanged, this,
                [this] { m_chart->setHovered(m_session.selection().hovered()); });
        runsChanged();
    }

private:
    QWidget* buildControls()
    {
        m_run = new QPushButton;
        m_run->setObjectName(QStringLiteral("runValidation"));
        connect(m_run, &QPushButton::clicked, this, &ValidationPage::validate);
        m_precision = new QComboBox;
        m_precision->setObjectName(QStringLiteral("precision"));
        m_precision->setAccessibleName(tr("Arithmetic"));
        m_precision->addItem(tr("Simulated: as fused integer kernels"), static_cast<int>(RunMode::simulated));
        m_precision->addItem(tr("Literal: Q/DQ pairs in float"), static_cast<int>(RunMode::literal));
        m_precision->addItem(tr("Integer: 8-bit kernels of this computer"), static_cast<int>(RunMode::integer));
        m_precision->addItem(tr("Saturating: x86 without VNNI"), static_cast<int>(RunMode::saturating));
        m_precision->setToolTip(tr("Simulated computes in code space what fused integer kernels compute, and integer runs such "
                                   "kernels; literal executes every Quantize and Dequantize in float32, as runtimes without "
                                   "fusion do; saturating shows what processors without VNNI make of 8-bit products, which "
                                   "they add in pairs of 16 bits."));
        m_history = new QComboBox;
        m_history->setObjectName(QStringLiteral("runs"));
        m_history->setAccessibleName(tr("Runs"));
        m_history->setToolTip(tr("Earlier runs of this project."));
        connect(m_history, &QComboBox::activated, this, &ValidationPage::showChosen);
        m_note = quietText();
        m_note->setWordWrap(false);
        auto* controls = new QWidget;
        auto* layout = new QHBoxLayout(controls);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(8);
        layout->addWidget(m_run);
        layout->addWidget(m_precision);
        layout->addWidget(m_note, 1);
        layout->addWidget(m_history);
        return controls;
    }

    QWidget* buildSummary()
    {
        m_metrics = new GridView;
        m_metrics->setObjectName(QStringLiteral("metrics"));
        m_gate = new GatePanel(m_session);
        connect(m_gate, &GatePanel::raised, this, &ValidationPage::validate);
        m_outputs = new GridView;
        m_outputs->setObjectName(QStringLiteral("outputs"));
        m_health = new GridView;
        m_health->setObjectName(QStringLiteral("health"));
        m_healthy = quietText(tr("Nothing unusual: no NaN, no infinity, no zero scale, little clipping."));
        m_weak = new QLabel;
        m_weak->setObjectName(QStringLiteral("weakest"));
        m_weak->setWordWrap(true);
        m_weak->setTextFormat(Qt::RichText);
        m_weak->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
        connect(m_weak, &QLabel::linkActivated, this, &ValidationPage::goToLayer);
        connect(m_health, &GridView::currentIdChanged, this, &ValidationPage::selectLayer);
        m_chart = new SummaryChart;
        m_chart->setObjectName(QStringLiteral("weakChart"));
        m_chart->setEmptyText(tr("Every layer is exact."));
        connect(m_chart, &SummaryChart::categoryClicked, this, &ValidationPage::goToLayer);
        connect(m_chart, &SummaryChart::categoryHovered, &m_session.selection(), &LayerSelection::setHovered);
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 8, 0);
        layout->setSpacing(4);
        layout->addWidget(heading(tr("Quality")));
        layout->addWidget(m_metrics);
        layout->addSpacing(8);
        layout->addWidget(m_gate);
        layout->addSpacing(8);
        layout->addWidget(heading(tr("Outputs")));
        layout->addWidget(m_outputs);
        layout->addSpacing(8);
        layout->addWidget(heading(tr("Numeric health")));
        layout->addWidget(m_health);
        layout->addWidget(m_healthy);
        layout->addSpacing(8);
        layout->addWidget(heading(tr("Layers that hurt most")));
        layout->addWidget(m_weak);
        layout->addWidget(m_chart, 1);
        return box;
    }

    QWidget* buildDetails()
    {
        m_layers = new GridView;
        m_layers->setObjectName(QStringLiteral("runLayers"));
        connect(m_layers, &GridView::currentIdChanged, this, &ValidationPage::selectLayer);
        connect(m_layers, &GridView::hovered, &m_session.selection(), &LayerSelection::setHovered);
        connect(m_layers, &QAbstractItemView::doubleClicked, this, [this] { goToLayer(m_layers->currentId()); });
        m_samples = new GridView;
        m_samples->setObjectName(QStringLiteral("runSamples"));
        connect(m_samples, &GridView::currentIdChanged, this, &ValidationPage::showSample);
        m_picture = new SampleStrip;
        m_picture->setSide(192);
        auto* samples = new QWidget;
        auto* samplesLayout = new QHBoxLayout(samples);
        samplesLayout->setContentsMargins(0, 0, 0, 0);
        samplesLayout->setSpacing(8);
        samplesLayout->addWidget(m_samples, 1);
        samplesLayout->addWidget(m_picture, 0, Qt::AlignTop);
        m_tabs = new QTabWidget;
        m_tabs->setObjectName(QStringLiteral("runTabs"));
        m_tabs->setDocumentMode(true);
        m_tabs->addTab(m_layers, tr("Layers"));
        m_tabs->addTab(samples, tr("Samples"));
        auto* findings = new FindingList(m_session);
        const int tab = m_tabs->addTab(findings, tr("Findings"));
        connect(findings, &FindingList::counted, this,
                [this, tab](int count) { m_tabs->setTabText(tab, tr("Findings (%1)").arg(count)); });
        return m_tabs;
    }

    QWidget* buildContent()
    {
        auto* splitter = new QSplitter(Qt::Horizontal);
        splitter->addWidget(buildSummary());
        splitter->addWidget(buildDetails());
        splitter->setStretchFactor(0, 2);
        splitter->setStretchFactor(1, 3);
        splitter->setSizes({470, 714});
        splitter->setChildrenCollapsible(false);
        auto* content = new QWidget;
        auto* layout = new QVBoxLayout(content);
        layout->setContentsMargins(12, 8, 8, 0);
        layout->setSpacing(8);
        layout->addWidget(buildControls());
        layout->addWidget(splitter, 1);
        return content;
    }

    void runsChanged()
    {
        m_history->clear();
        const auto& runs = m_session.runs();
        for (auto run = runs.rbegin(); run != runs.rend(); ++run)
            m_history->addItem(runText(**run));
        m_history->setVisible(runs.size() > 1);
        m_chosen = m_session.partialRun() ? m_session.partialRun() : runs.empty() ? nullptr : runs.back();
        refresh();
        makeGrids();
    }

    static QString runText(const EvaluationRun& run)
    {
        const QDateTime when = QDateTime::fromString(QString::fromStdString(run.finishedUtc), Qt::ISODate).toLocalTime();
        QString text = QLocale().toString(when, QLocale::ShortFormat);
        text += QStringLiteral(" · ") + tr("%n samples", nullptr, static_cast<int>(run.samples.size()));
        if (!run.metrics.empty())
            text += QStringLiteral(" · ") + metricLabel(run.metrics.front().id) + QLatin1Char(' ') +
                    metricValueText(run.metrics.front().id, run.metrics.front().quantizedValue);
        return text;
    }

    void showChosen(int index)
    {
        const auto& runs = m_session.runs();
        if (index >= 0 && index < static_cast<int>(runs.size()))
            m_chosen = runs[runs.size() - 1 - static_cast<std::size_t>(index)];
        refresh();
        makeGrids();
    }

    void makeGrids()
    {
        if (m_gridJob.running()) {
            m_again = true;
            return;
        }
        if (!m_chosen || !m_session.model())
            return;
        std::map<std::string, double> weights;
        if (m_session.figures() && m_session.figures()->plan.digest() == m_chosen->plan)
            weights = m_session.figures()->weightSqnrDb;
        m_gridJob.start({}, [run = m_chosen, model = m_session.model(), weights](const JobContext&) {
            return runGrids(run, *model, weights);
        }, [this](std::shared_ptr<const RunGrids> grids) {
            show(*grids);
            if (std::exchange(m_again, false))
                QMetaObject::invokeMethod(this, &ValidationPage::makeGrids, Qt::QueuedConnection);
        });
    }

    void show(const RunGrids& grids)
    {
        m_metrics->setGrid(grids.metrics);
        m_metrics->fitHeight(5);
        m_gate->setRun(grids.run == m_session.partialRun() ? nullptr : grids.run);
        m_outputs->setGrid(grids.outputs);
        m_outputs->fitHeight(4);
        m_health->setGrid(grids.health);
        m_health->fitHeight(5);
        m_health->setVisible(!grids.health->rows.empty());
        m_healthy->setVisible(grids.health->rows.empty());
        m_layers->setGrid(grids.layers);
        m_samples->setGrid(grids.samples);
        m_tabs->setTabText(0, tr("Layers (%1)").arg(grids.layers->rows.size()));
        const auto samples = grids.samples->rows.size();
        m_tabs->setTabText(1, grids.changed ? tr("Samples (%1, %2 changed)").arg(samples).arg(*grids.changed)
                                            : tr("Samples (%1)").arg(samples));
        // The chart is costly to lay out: while a run grows, once a second is enough.
        const bool growing = grids.run == m_session.partialRun() && m_session.job().running();
        if (!growing || !m_chartAge.isValid() || m_chartAge.elapsed() > 1000) {
            showWeakest(grids.weakest);
            m_chartAge.start();
        }
    }

    void showWeakest(const std::vector<WeakLayer>& weakest)
    {
        QStringList named;
        SummaryChartData chart;
        chart.title = tr("SQNR, dB (short bars hurt)");
        chart.series = {tr("weights"), tr("activations")};
        const auto bar = [](double value) {
            const bool known = std::isfinite(value);
            return SummaryChartData::Bar{known ? value : std::numeric_limits<double>::quiet_NaN(), {}, {},
                                         known ? sqnrText(value) : QString()};
        };
        const QString link = accent(palette()).name();
        for (const WeakLayer& layer : weakest) {
            if (named.size() < static_cast<int>(weakNamed))
                named.append(QStringLiteral("<a href=\"%1\" style=\"color:%2; text-decoration:none\">%3</a> (%4)")
                                 .arg(QString::fromStdString(layer.id).toHtmlEscaped(), link, layer.name.toHtmlEscaped(),
                                      tr("%1, %2 %3 dB").arg(layer.op, layer.weightsWeaker() ? tr("weights") : tr("activations"),
                                                             sqnrText(layer.sqnrDb()))));
            if (static_cast<int>(chart.categories.size()) < weakCharted)
                chart.categories.push_back({QString::fromStdString(layer.id), layer.name,
                                            {bar(layer.weightSqnrDb), bar(layer.activationSqnrDb)}});
        }
        m_weak->setText(named.join(QStringLiteral(", ")));
        m_weak->setVisible(!named.isEmpty());
        m_chart->setData(std::move(chart), weakCharted);
    }

    void refresh()
    {
        const bool running = m_session.job().running();
        const int count = m_session.dataset() ? static_cast<int>(m_session.dataset()->info().validationCount) : 0;
        m_run->setText(tr("Validate on %n samples", nullptr, count));
        m_run->setEnabled(m_session.canValidate() && !running);
        if (m_chosen) {
            m_stack->setCurrentIndex(1);
            refreshNote();
            return;
        }
        m_stack->setCurrentIndex(0);
        m_helpPage.clear();
        if (!m_session.model()) {
            m_empty->setContent(QStringLiteral("validate"), tr("No model yet"),
                                tr("Open a model; after calibration this page measures what quantization costs."));
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
        } else if (const QString why = m_session.cannotRunText(); !why.isEmpty()) {
            m_empty->setContent(QStringLiteral("validate"), tr("This model cannot run"), why);
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
        } else if (!m_session.canValidate()) {
            m_empty->setContent(QStringLiteral("validate"), tr("Not calibrated yet"),
                                tr("Validation compares the quantized model with the float one on samples that calibration "
                                   "never saw. Calibrate first."));
            m_help->setText(tr("Go to the data"));
            m_helpPage = QStringLiteral("data");
        } else {
            m_empty->setContent(QStringLiteral("validate"), tr("Not validated yet"),
                                tr("Runs float and quantized model on %n samples and says what is lost, with its interval, and "
                                   "which layers lose it.", nullptr, count));
            m_help->setText(m_run->text());
            m_help->setEnabled(!running);
        }
    }

    void refreshNote()
    {
        const bool partial = m_chosen == m_session.partialRun();
        if (partial)
            m_note->setText(m_session.job().running()
                                ? tr("%n samples so far", nullptr, static_cast<int>(m_chosen->samples.size()))
                                : tr("Stopped after %n samples; not stored", nullptr, static_cast<int>(m_chosen->samples.size())));
        else if (m_chosen->plan != m_session.plan().digest())
            m_note->setText(tr("Of an earlier plan: validate again to measure the present one."));
        else
            m_note->setText(tr("%n samples", nullptr, static_cast<int>(m_chosen->samples.size())));
    }

    void help()
    {
        if (m_helpPage.isEmpty())
            validate();
        else
            m_session.showPage(m_helpPage);
    }

    void validate() { m_session.validate(static_cast<RunMode>(m_precision->currentData().toInt())); }

    void selectLayer(const QString& id)
    {
        if (!id.isEmpty() && m_session.layer(id))
            m_session.selection().selectOne(id);
    }

    void goToLayer(const QString& id)
    {
        selectLayer(id);
        m_session.showPage(QStringLiteral("precision"));
    }

    void showSample(const QString& id)
    {
        if (id.isEmpty() || !m_session.dataset())
            return;
        m_picture->setSamples(m_session.dataset()->split(Split::validation), {{id.toLongLong(), {}}});
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    QPushButton* m_help = nullptr;
    QString m_helpPage;
    QPushButton* m_run = nullptr;
    QComboBox* m_precision = nullptr;
    QComboBox* m_history = nullptr;
    QLabel* m_note = nullptr;
    GridView* m_metrics = nullptr;
    GatePanel* m_gate = nullptr;
    GridView* m_outputs = nullptr;
    GridView* m_health = nullptr;
    QLabel* m_healthy = nullptr;
    QLabel* m_weak = nullptr;
    SummaryChart* m_chart = nullptr;
    QTabWidget* m_tabs = nullptr;
    GridView* m_layers = nullptr;
    GridView* m_samples = nullptr;
    SampleStrip* m_picture = nullptr;
    std::shared_ptr<const EvaluationRun> m_chosen;
    bool m_again = false;
    QElapsedTimer m_chartAge;
    Job m_gridJob;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new ValidationPage(session, parent);
}

}

void register_validation_page(Table<Page>& table)
{
    table.add({.id = "validation", .label = QT_TRANSLATE_NOOP("Page", "Validation"), .icon = "validate", .create = create});
}

}

#include "validation_page.moc"
