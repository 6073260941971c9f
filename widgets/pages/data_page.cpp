// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/metric_text.h"
#include "widgets/models/preprocess_text.h"
#include "widgets/models/statistics_grid.h"
#include "widgets/pages/page.h"
#include "widgets/panels/algorithm_list.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/grid_view.h"
#include "widgets/panels/method_form.h"
#include "widgets/panels/sample_strip.h"
#include "widgets/panels/sparkline_delegate.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/histogram_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace lathe {
namespace {

constexpr int samplesShown = 24;

/// The data, what is done to it, and the ranges that were seen when it ran through the model.
class DataPage : public QWidget
{
    Q_OBJECT
public:
    DataPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_noModel(new EmptyState(this))
        , m_noData(new EmptyState(this))
    {
        buildEmpty();
        m_stack->addWidget(m_noModel);
        m_stack->addWidget(m_noData);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &DataPage::refreshData);
        connect(&session, &Session::datasetChanged, this, &DataPage::refreshData);
        connect(&session, &Session::statisticsChanged, this, &DataPage::refreshStatistics);
        connect(&session.job(), &Job::started, this, &DataPage::refreshState);
        connect(&session.job(), &Job::finished, this, &DataPage::refreshState);
        connect(&session.selection(), &LayerSelection::changed, this, &DataPage::takeSelection);
        refreshData();
        refreshStatistics();
    }

private:
    void buildEmpty()
    {
        connect(m_noModel->addButton(tr("Go to the model")), &QPushButton::clicked, this,
                [this] { m_session.showPage(QStringLiteral("model")); });
        m_noData->setContent(QStringLiteral("data"), tr("No data yet"),
                             tr("Drop a dataset file (.json) or a folder of images here, or press Ctrl+O. A few hundred "
                                "samples that look like those of real use are enough to calibrate."));
        connect(m_noData->addButton(tr("Open data set…")), &QPushButton::clicked, this, [this] { m_session.askOpen(); });
    }

    QWidget* buildSide()
    {
        m_facts = new Facts;
        m_preprocess = new QLabel;
        m_preprocess->setWordWrap(true);
        m_warnings = new QLabel;
        m_warnings->setWordWrap(true);
        m_warnings->setObjectName(QStringLiteral("dataWarnings"));
        m_calibrate = new QPushButton;
        m_calibrate->setObjectName(QStringLiteral("calibrate"));
        m_calibrate->setDefault(true);
        connect(m_calibrate, &QPushButton::clicked, this, [this] { m_session.calibrate(); });
        m_state = quietText();

        auto* side = new QWidget;
        auto* layout = new QVBoxLayout(side);
        layout->setContentsMargins(0, 0, 12, 8);
        layout->setSpacing(8);
        layout->addWidget(heading(tr("Data set")));
        layout->addWidget(m_facts);
        layout->addWidget(m_warnings);
        layout->addSpacing(4);
        layout->addWidget(heading(tr("Each sample")));
        layout->addWidget(m_preprocess);
        layout->addSpacing(4);
        layout->addWidget(heading(tr("Calibration")));
        layout->addWidget(m_calibrate);
        layout->addWidget(m_state);
        layout->addSpacing(4);
        layout->addWidget(heading(tr("Range method")));
        layout->addWidget(new MethodForm(m_session));
        layout->addSpacing(4);
        layout->addWidget(heading(tr("Post-training algorithms")));
        layout->addWidget(new AlgorithmList(m_session));
        layout->addStretch();
        auto* scroll = new QScrollArea;
        scroll->setWidget(side);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        scroll->setFixedWidth(fontMetrics().averageCharWidth() * 40);
        return scroll;
    }

    QWidget* buildSamples()
    {
        m_split = new QComboBox;
        m_split->setObjectName(QStringLiteral("split"));
        m_split->setAccessibleName(tr("Split"));
        connect(m_split, &QComboBox::currentIndexChanged, this, &DataPage::refreshSamples);
        m_samples = new SampleStrip;
        auto* scroll = new QScrollArea;
        scroll->setWidget(m_samples);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        scroll->setFixedHeight(64 + 3 * fontMetrics().height() + scroll->horizontalScrollBar()->sizeHint().height());
        auto* line = new QHBoxLayout;
        line->addWidget(heading(tr("Samples")));
        line->addWidget(m_split);
        line->addStretch();
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(4);
        layout->addLayout(line);
        layout->addWidget(scroll);
        return box;
    }

    QWidget* buildContent()
    {
        m_table = new GridView;
        m_table->setObjectName(QStringLiteral("statistics"));
        m_table->setAccessibleName(tr("Statistics by layer"));
        m_sparkline = new SparklineDelegate(m_table);
        m_table->setItemDelegateForColumn(1, m_sparkline);
        m_table->setEmptyText(tr("Calibrate to see the range and distribution of every tensor."));
        m_table->setLeastWidth(1, fontMetrics().averageCharWidth() * 22);
        connect(m_table, &GridView::currentIdChanged, this, [this](const QString& id) {
            if (!id.isEmpty() && !m_taking)
                m_session.selection().selectOne(id);
        });
        m_histogram = new HistogramView;
        m_histogram->setObjectName(QStringLiteral("dataHistogram"));
        m_histogram->setClipEditable(false);
        m_histogram->setEmptyText(tr("Calibrate, then choose a tensor to see its distribution."));
        auto* splitter = new QSplitter(Qt::Vertical);
        splitter->addWidget(m_table);
        splitter->addWidget(m_histogram);
        splitter->setStretchFactor(0, 3);
        splitter->setStretchFactor(1, 2);
        splitter->setChildrenCollapsible(false);

        auto* right = new QVBoxLayout;
        right->setSpacing(8);
        right->addWidget(buildSamples());
        m_rangesHeading = heading(tr("Ranges"));
        right->addWidget(m_rangesHeading);
        right->addWidget(splitter, 1);
        auto* content = new QWidget;
        auto* layout = new QHBoxLayout(content);
        layout->setContentsMargins(12, 8, 8, 0);
        layout->setSpacing(8);
        layout->addWidget(buildSide());
        layout->addLayout(right, 1);
        return content;
    }

    static QString labelsText(const Dataset& dataset)
    {
        switch (dataset.split(Split::validation)->targetInfo().kind) {
        case TargetKind::values:
            return tr("the input itself");
        case TargetKind::mask:
            return tr("masks");
        case TargetKind::boxes:
            return tr("boxes");
        case TargetKind::none:
            break;
        }
        return dataset.info().labelled ? tr("classes") : tr("none: agreement with the float model is measured");
    }

    void refreshData()
    {
        const auto& dataset = m_session.dataset();
        const QString why = m_session.cannotRunText();
        if (why.isEmpty())
            m_noModel->setContent(QStringLiteral("data"), tr("Data needs a model first"),
                                  tr("Data is prepared for the inputs of a model. Open the model, then its data."));
        else
            m_noModel->setContent(QStringLiteral("data"), tr("This model cannot run"), why);
        m_stack->setCurrentIndex(!m_session.model() || (!dataset && !why.isEmpty()) ? 0 : !dataset ? 1 : 2);
        if (!m_session.model() || !dataset)
            return;
        const DatasetInfo& info = dataset->info();
        m_facts->setFacts({
            {tr("File"), QString::fromStdString(info.file.filename().string()),
             QString::fromStdString(info.file.string())},
            {tr("Type"), QString::fromStdString(info.type), tr("How the samples are stored.")},
            {tr("Calibration"), tr("%n samples", nullptr, static_cast<int>(info.calibrationCount)),
             tr("Samples that ranges are collected on.")},
            {tr("Validation"), tr("%n samples", nullptr, static_cast<int>(info.validationCount)),
             tr("Samples that figures of quality come from; never used for calibration.")},
            {tr("Labels"), labelsText(*dataset), {}},
            {tr("Metric"), metricLabel(info.metric), tr("The figure that the budget bar shows once the plan is validated.")},
        });
        m_preprocess->setText(preprocessText(info.description).join(QLatin1Char('\n')));
        QStringList warnings;
        if (m_session.preprocessingGuessed())
            warnings.append(tr("The preprocessing is a guess from the model's input. Check it: wrong preprocessing costs "
                               "more accuracy than any quantization. A dataset file says it exactly."));
        for (const std::string& warning : info.warnings)
            warnings.append(QString::fromStdString(warning));
        m_warnings->setText(warnings.join(QLatin1Char('\n')));
        m_warnings->setVisible(!warnings.isEmpty());
        const QSignalBlocker block(m_split);
        m_split->clear();
        m_split->addItem(tr("Calibration (%1)").arg(info.calibrationCount));
        m_split->addItem(tr("Validation (%1)").arg(info.validationCount));
        refreshSamples();
        refreshState();
    }

    void refreshSamples()
    {
        if (!m_session.dataset())
            return;
        const auto samples = m_session.dataset()->split(m_split->currentIndex() == 1 ? Split::validation : Split::calibration);
        std::vector<SampleStrip::Entry> entries;
        for (std::int64_t i = 0; i < std::min<std::int64_t>(samples->size(), samplesShown); ++i)
            entries.push_back({i, {}});
        m_samples->setSamples(samples, entries);
    }

    void refreshState()
    {
        if (!m_session.dataset())
            return;
        const auto count = static_cast<int>(m_session.dataset()->info().calibrationCount);
        const bool images = m_session.dataset()->info().type == "images";
        m_calibrate->setText(images ? tr("Calibrate on %n images", nullptr, count)
                                    : tr("Calibrate on %n samples", nullptr, count));
        m_calibrate->setEnabled(m_session.canCalibrate() && !m_session.job().running());
        const auto& statistics = m_session.statistics();
        if (!m_session.model()->runnable())
            m_state->setText(tr("This model has operators that cannot run yet; see the model page."));
        else if (!statistics)
            m_state->setText(tr("Runs the samples through the float model once and collects every tensor's range and "
                                "distribution. Range methods then choose from these without running again."));
        else if (m_session.statisticsStale())
            m_state->setText(tr("The statistics shown were collected on other data. Calibrate again."));
        else
            m_state->setText(tr("%1 tensors from %2 samples in %3.")
                                 .arg(statistics->tensors.size())
                                 .arg(statistics->sampleIds.size())
                                 .arg(durationText(statistics->seconds)));
    }

    void refreshStatistics()
    {
        refreshState();
        const auto& statistics = m_session.shownStatistics();
        if (!statistics || !m_session.model()) {
            m_table->setGrid(nullptr);
            m_histogram->setData(nullptr);
            m_rangesHeading->setText(tr("Ranges"));
            return;
        }
        // A snapshot that comes while the last one is still being drawn waits; the newest one wins.
        m_next = statistics;
        if (!m_gridJob.running())
            makeGrid();
    }

    void makeGrid()
    {
        const auto statistics = std::exchange(m_next, nullptr);
        if (!statistics || !m_session.model())
            return;
        m_gridJob.start({}, [statistics, model = m_session.model()](const JobContext&) {
            return statisticsGrid(*statistics, *model);
        }, [this](std::shared_ptr<const StatisticsGrid> grid) {
            m_sparkline->setStatistics(grid);
            m_table->setGrid(grid->grid);
            m_rangesHeading->setText(tr("Ranges of %n samples", nullptr, static_cast<int>(grid->samples)));
            takeSelection();
            if (m_table->currentId().isEmpty() && m_session.selection().current().isEmpty() && !grid->grid->rows.empty())
                m_session.selection().selectOne(grid->grid->rows[grid->grid->rows.size() > 1 ? 1 : 0].id);
            refreshHistogram();
            QMetaObject::invokeMethod(this, &DataPage::makeGrid, Qt::QueuedConnection);
        });
    }

    void takeSelection()
    {
        m_taking = true;
        m_table->selectId(m_session.selection().current());
        m_taking = false;
        refreshHistogram();
    }

    void refreshHistogram()
    {
        const auto& statistics = m_session.shownStatistics();
        const std::string id = m_session.selection().current().toStdString();
        if (!statistics || id.empty() || !statistics->tensors.contains(valueOfLayer(id)))
            return;
        EncodingPtr encoding;
        if (const auto& figures = m_session.figures(); figures && figures->resolved) {
            const auto& activations = figures->resolved->encodings.activations;
            if (const auto found = activations.find(valueOfLayer(id)); found != activations.end())
                encoding = found->second;
        }
        m_histogramJob.start({}, [statistics, id, encoding](const JobContext&) {
            return activationHistogram(statistics->tensor(valueOfLayer(id)), statistics->sampleIds, encoding.get());
        }, [this](std::shared_ptr<const HistogramData> drawn) { m_histogram->setData(std::move(drawn)); });
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_noModel;
    EmptyState* m_noData;
    Facts* m_facts = nullptr;
    QLabel* m_preprocess = nullptr;
    QLabel* m_warnings = nullptr;
    QPushButton* m_calibrate = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_rangesHeading = nullptr;
    QComboBox* m_split = nullptr;
    SampleStrip* m_samples = nullptr;
    GridView* m_table = nullptr;
    SparklineDelegate* m_sparkline = nullptr;
    HistogramView* m_histogram = nullptr;
    std::shared_ptr<const Statistics> m_next;
    bool m_taking = false;
    Job m_gridJob;
    Job m_histogramJob;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new DataPage(session, parent);
}

}

void register_data_page(Table<Page>& table)
{
    table.add({.id = "data", .label = QT_TRANSLATE_NOOP("Page", "Data"), .icon = "data", .create = create});
}

}

#include "data_page.moc"
