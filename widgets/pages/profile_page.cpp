// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "widgets/models/profile_grid.h"
#include "widgets/pages/page.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/grid_view.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/summary_chart.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace lathe {
namespace {

constexpr std::size_t charted = 16;

/// Where the time goes on this machine: every step in float and quantized, against what the machine can do.
class ProfilePage : public QWidget
{
    Q_OBJECT
public:
    ProfilePage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
    {
        m_help = m_empty->addButton(QString());
        m_help->setObjectName(QStringLiteral("profileHelp"));
        connect(m_help, &QPushButton::clicked, this, &ProfilePage::help);
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &ProfilePage::takeProfile);
        connect(&session, &Session::profileChanged, this, &ProfilePage::takeProfile);
        connect(&session, &Session::statisticsChanged, this, &ProfilePage::refresh);
        connect(&session.job(), &Job::started, this, &ProfilePage::refresh);
        connect(&session.job(), &Job::finished, this, &ProfilePage::refresh);
        connect(&session.selection(), &LayerSelection::changed, this,
                [this] { m_table->selectId(m_session.selection().current()); });
        connect(&session.selection(), &LayerSelection::hoverChanged, this,
                [this] { m_chart->setHovered(m_session.selection().hovered()); });
        takeProfile();
    }

private:
    QWidget* buildControls()
    {
        m_run = new QPushButton(tr("Profile on this machine"));
        m_run->setObjectName(QStringLiteral("runProfile"));
        connect(m_run, &QPushButton::clicked, this, &ProfilePage::profile);
        m_threads = new QComboBox;
        m_threads->setObjectName(QStringLiteral("profileThreads"));
        m_threads->setAccessibleName(tr("Threads"));
        m_threads->setToolTip(tr("Threads that compute one sample together."));
        const int most = hardwareThreads();
        for (int threads = 1; threads < most; threads *= 2)
            m_threads->addItem(tr("%n threads", nullptr, threads), threads);
        m_threads->addItem(tr("%n threads", nullptr, most), most);
        m_note = quietText();
        m_note->setWordWrap(false);
        auto* controls = new QWidget;
        auto* layout = new QHBoxLayout(controls);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(8);
        layout->addWidget(m_run);
        layout->addWidget(m_threads);
        layout->addWidget(m_note, 1);
        return controls;
    }

    QWidget* buildSummary()
    {
        m_whole = new Facts;
        m_machine = new Facts;
        m_machine->setObjectName(QStringLiteral("machineFacts"));
        m_chart = new SummaryChart;
        m_chart->setObjectName(QStringLiteral("profileChart"));
        connect(m_chart, &SummaryChart::categoryClicked, this, &ProfilePage::selectLayer);
        connect(m_chart, &SummaryChart::categoryHovered, &m_session.selection(), &LayerSelection::setHovered);
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 8, 0);
        layout->setSpacing(4);
        layout->addWidget(heading(tr("One sample")));
        layout->addWidget(m_whole);
        layout->addSpacing(8);
        layout->addWidget(heading(tr("This machine, measured just now")));
        layout->addWidget(m_machine);
        layout->addSpacing(8);
        layout->addWidget(m_chart, 1);
        return box;
    }

    QWidget* buildContent()
    {
        m_table = new GridView;
        m_table->setObjectName(QStringLiteral("profileSteps"));
        m_table->setAccessibleName(tr("Time by layer"));
        connect(m_table, &GridView::currentIdChanged, this, &ProfilePage::selectLayer);
        connect(m_table, &GridView::hovered, &m_session.selection(), &LayerSelection::setHovered);
        auto* splitter = new QSplitter(Qt::Horizontal);
        splitter->addWidget(buildSummary());
        splitter->addWidget(m_table);
        splitter->setStretchFactor(0, 1);
        splitter->setStretchFactor(1, 4);
        splitter->setSizes({300, 884});
        splitter->setChildrenCollapsible(false);
        auto* content = new QWidget;
        auto* layout = new QVBoxLayout(content);
        layout->setContentsMargins(12, 8, 8, 0);
        layout->setSpacing(8);
        layout->addWidget(buildControls());
        layout->addWidget(splitter, 1);
        return content;
    }

    void takeProfile()
    {
        if (const auto& report = m_session.profile(); report && m_session.model()) {
            m_table->setGrid(profileGrid(*report, *m_session.model()));
            m_table->selectId(m_session.selection().current());
            m_threads->setCurrentIndex(std::max(0, m_threads->findData(report->peak.threads)));
            showFacts(*report);
            showChart(*report);
        }
        refresh();
    }

    void showFacts(const ProfileReport& report)
    {
        std::vector<Fact> whole{{tr("Float"), tr("%1 ms").arg(numberText(report.floatMs)),
                                 tr("Median of whole runs of the float program.")}};
        if (report.quantizedMs > 0)
            whole.push_back({tr("Integer"), tr("%1 ms").arg(numberText(report.quantizedMs)),
                             tr("Median of whole runs of the quantized program on 8-bit kernels.")});
        m_whole->setFacts(whole);
        const MachinePeak& peak = report.peak;
        std::vector<Fact> machine{
            {tr("Threads"), QString::number(peak.threads),
             tr("Threads that the probes and the model ran with.")},
            {tr("Float32"), tr("%1 GFLOP/s").arg(numberText(peak.floatGflops)),
             tr("A matrix product in the caches; multiplication and addition count as two.")},
            {tr("u8 × s8"), tr("%1 Gop/s").arg(numberText(peak.byteGops)), tr("The same product on bytes.")}};
        for (const MachinePeak::Bandwidth& bandwidth : peak.bandwidths)
            machine.push_back({tr("Copy %1").arg(bytesText(bandwidth.workingSetBytes)),
                               tr("%1 GB/s").arg(numberText(bandwidth.gbPerSecond)),
                               tr("Bytes read and written by copying a working set of this size: small ones "
                                  "stay in the caches.")});
        m_machine->setFacts(machine);
    }

    void showChart(const ProfileReport& report)
    {
        const bool quantized = report.quantizedMs > 0;
        SummaryChartData chart;
        chart.title = tr("Slowest, ms");
        chart.series = quantized ? QStringList{tr("float"), tr("integer")} : QStringList{tr("float")};
        const auto bar = [](const std::optional<StepFigures>& figures) {
            return figures ? SummaryChartData::Bar{figures->step.medianMs,
                                                   {},
                                                   {},
                                                   numberText(figures->step.medianMs)}
                           : SummaryChartData::Bar{};
        };
        for (const ProfileRow* row : slowestRows(report, charted)) {
            std::vector<SummaryChartData::Bar> bars{bar(row->floating)};
            if (quantized)
                bars.push_back(bar(row->quantized));
            chart.categories.push_back(
                {QString::fromStdString(row->id), profileRowName(*row, *m_session.model()), std::move(bars)});
        }
        m_chart->setData(std::move(chart), static_cast<int>(charted));
    }

    void refresh()
    {
        const bool runnable = m_session.model() && m_session.model()->runnable();
        const bool idle = !m_session.job().running();
        m_run->setEnabled(runnable && idle);
        m_help->setEnabled(true);
        m_stack->setCurrentIndex(m_session.profile() ? 1 : 0);
        if (m_session.profile()) {
            const bool couldCompare = m_session.statistics() && m_session.profile()->quantizedMs <= 0;
            m_note->setText(
                couldCompare
                    ? tr("Of the float model alone: profile again to see the quantized one beside it.")
                    : QString());
            return;
        }
        if (!m_session.model()) {
            m_empty->setContent(
                QStringLiteral("profile"), tr("No model yet"),
                tr("Open a model; this page then measures where its time goes on this machine."));
        } else if (const QString why = m_session.cannotRunText(); !why.isEmpty()) {
            m_empty->setContent(QStringLiteral("profile"), tr("This model cannot run"), why);
        } else {
            m_empty->setContent(
                QStringLiteral("profile"), tr("Not profiled yet"),
                tr("Times every layer and holds it against what this machine can do: operations and bytes a "
                   "second, measured first. Calibrated models are timed in float and quantized."));
            m_help->setText(m_run->text());
            m_help->setEnabled(idle);
            return;
        }
        m_help->setText(tr("Go to the model"));
    }

    void help()
    {
        if (m_session.model() && m_session.model()->runnable())
            profile();
        else
            m_session.showPage(QStringLiteral("model"));
    }

    void profile() { m_session.measureProfile(m_threads->currentData().toInt()); }

    void selectLayer(const QString& id)
    {
        if (!id.isEmpty() && m_session.layer(id))
            m_session.selection().selectOne(id);
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    QPushButton* m_help = nullptr;
    QPushButton* m_run = nullptr;
    QComboBox* m_threads = nullptr;
    QLabel* m_note = nullptr;
    Facts* m_whole = nullptr;
    Facts* m_machine = nullptr;
    SummaryChart* m_chart = nullptr;
    GridView* m_table = nullptr;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new ProfilePage(session, parent);
}

}

void register_profile_page(Table<Page>& table)
{
    table.add({.id = "profile",
               .label = QT_TRANSLATE_NOOP("Page", "Profile"),
               .icon = "profile",
               .create = create});
}

}

#include "profile_page.moc"
