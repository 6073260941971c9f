// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/target_limits.h"
#include "core/targets/catalog.h"
#include "widgets/models/front_grid.h"
#include "widgets/pages/page.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/grid_view.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/front_chart.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr double bytesPerKb = 1000;

/// A format that may be chosen beside integers of one scale or one a channel.
struct FurtherFormat
{
    QCheckBox* box = nullptr;
    QuantSpec spec;
    bool ofActivationsToo = false;
};

/// Where bits are chosen for a device: the target, limits, and the plans that no other one beats.
class AssignPage : public QWidget
{
    Q_OBJECT
public:
    AssignPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
    {
        m_help = m_empty->addButton(QString());
        connect(m_help, &QPushButton::clicked, this, [this] {
            m_session.showPage(m_session.model() ? QStringLiteral("data") : QStringLiteral("model"));
        });
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &AssignPage::refresh);
        connect(&session, &Session::datasetChanged, this, &AssignPage::refresh);
        connect(&session, &Session::statisticsChanged, this, &AssignPage::refresh);
        connect(&session, &Session::planChanged, this, &AssignPage::refresh);
        connect(&session, &Session::modelChanged, this, &AssignPage::showPlans);
        connect(&session, &Session::targetsChanged, this, &AssignPage::fillTargets);
        connect(&session, &Session::figuresChanged, this, &AssignPage::showRefusals);
        connect(&session, &Session::assignmentChanged, this, &AssignPage::showPlans);
        connect(&session.job(), &Job::started, this, &AssignPage::refresh);
        connect(&session.job(), &Job::finished, this, &AssignPage::refresh);
        fillTargets();
        showPlans();
        showRefusals();
        refresh();
    }

private:
    QDoubleSpinBox* limit(const char* name, const QString& title, const QString& suffix, double most,
                          const QString& explanation, QFormLayout& form)
    {
        auto* box = new QDoubleSpinBox;
        box->setObjectName(QString::fromLatin1(name));
        box->setAccessibleName(title);
        box->setRange(0, most);
        box->setDecimals(3);
        box->setSuffix(suffix);
        box->setSpecialValueText(tr("no limit"));
        box->setToolTip(explanation);
        connect(box, &QDoubleSpinBox::valueChanged, this, &AssignPage::refresh);
        form.addRow(title, box);
        return box;
    }

    QWidget* buildFormats()
    {
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(2);
        const auto add = [&](const char* format, const QString& title, const QString& explanation,
                             bool ofActivationsToo) {
            auto* check = new QCheckBox(title);
            check->setObjectName(QStringLiteral("format ") + QString::fromLatin1(format));
            check->setToolTip(explanation + QLatin1Char(' ') +
                              tr("Grey where the target runs it in no layer."));
            layout->addWidget(check);
            m_formats.push_back({check, QuantSpec::parse(format), ofActivationsToo});
        };
        add("int4:group:32", tr("4 bits in groups of 32"),
            tr("A scale for every 32 weights along the inputs."), false);
        add("nf4", tr("NF4 tables"),
            tr("16 values that fit normally distributed weights, a scale for every 64."), false);
        add("kmeans16:channel", tr("Learned tables of 16"), tr("16 values a channel, placed by k-means."),
            false);
        add("float8e4m3", tr("8-bit floats"), tr("E4M3, for weights and activations."), true);
        return box;
    }

    /// Whether the target runs a further format somewhere.
    bool runsSomewhere(const FurtherFormat& format) const
    {
        const auto& model = m_session.model();
        const TargetPtr target = findTarget(m_session.plan().target);
        if (!model || !target)
            return false;
        const auto allows = targetAllows(model->graph, m_session.plan(), *target);
        return std::any_of(model->layers.begin(), model->layers.end(), [&](const Layer& layer) {
            return layer.weight.valid() && !layer.body && allows(layer, {format.spec, {}});
        });
    }

    QWidget* buildForm()
    {
        m_target = new QComboBox;
        m_target->setObjectName(QStringLiteral("target"));
        m_target->setAccessibleName(tr("Target"));
        connect(m_target, &QComboBox::activated, this,
                [this] { m_session.setTarget(m_target->currentData().toString()); });
        auto* own = new QPushButton(tr("Own profile…"));
        own->setObjectName(QStringLiteral("ownProfile"));
        own->setToolTip(tr("A profile file (.json) of a device of your own."));
        connect(own, &QPushButton::clicked, this, &AssignPage::chooseProfile);
        auto* box = new QWidget;
        auto* form = new QFormLayout(box);
        form->setContentsMargins(0, 0, 8, 0);
        form->addRow(tr("Target"), m_target);
        form->addRow(QString(), own);
        m_size = limit("maxSize", tr("Size at most"), tr(" kB"), 1e9, tr("Of the packed model."), *form);
        m_bits = limit(
            "maxBits", tr("Bits at most"), tr(" bits"), 32,
            tr("Of a weight on average, without scales: 4.5 lets half of the weights have 5 bits."), *form);
        m_bits->setDecimals(2);
        m_bits->setSingleStep(0.5);
        m_latency = limit("maxLatency", tr("Latency at most"), tr(" ms"), 1e9,
                          tr("Of one sample, by the target's cost model."), *form);
        m_energy = limit("maxEnergy", tr("Energy at most"), tr(" mJ"), 1e9,
                         tr("Of one sample, by the target's cost model."), *form);
        m_drop =
            limit("maxDrop", tr("Loss at most"), QString(), 1e6,
                  tr("Of the data set's metric on the calibration split, in its own unit: 0.005 is half a "
                     "point of accuracy. What is made least within it is chosen below."),
                  *form);
        m_minimize = new QComboBox;
        m_minimize->setObjectName(QStringLiteral("minimize"));
        m_minimize->setAccessibleName(tr("Make least"));
        m_minimize->addItem(tr("size"), QStringLiteral("sizeBytes"));
        m_minimize->addItem(tr("latency"), QStringLiteral("latencyMs"));
        m_minimize->addItem(tr("energy"), QStringLiteral("energyMj"));
        form->addRow(tr("Make least"), m_minimize);
        form->addRow(tr("Also"), buildFormats());
        m_budget = limit(
            "timeBudget", tr("Time at most"), tr(" s"), 1e6,
            tr("The search ends with the best plan so far. What it measured is kept: the next one goes on "
               "from there."),
            *form);
        m_budget->setDecimals(0);
        m_budget->setSingleStep(30);
        m_run = new QPushButton(tr("Choose bits"));
        m_run->setObjectName(QStringLiteral("runAssign"));
        m_run->setToolTip(
            tr("Measures every layer alone at every bit-width, chooses, measures the choice, and "
               "repairs it. Locked layers stay."));
        connect(m_run, &QPushButton::clicked, this, [this] { m_session.assign(options()); });
        m_copy = new QPushButton(tr("Copy as command line"));
        m_copy->setObjectName(QStringLiteral("copyAssign"));
        connect(m_copy, &QPushButton::clicked, this,
                [this] { QGuiApplication::clipboard()->setText(m_session.assignCommand(options())); });
        form->addRow(m_run);
        form->addRow(m_copy);
        return box;
    }

    QWidget* buildPlans()
    {
        m_chart = new FrontChart;
        m_chart->setObjectName(QStringLiteral("frontChart"));
        m_chart->setAccessibleName(tr("Plans by size and output SQNR"));
        m_table = new GridView;
        m_table->setObjectName(QStringLiteral("frontPlans"));
        m_table->setAccessibleName(tr("Plans"));
        m_table->setEmptyText(tr("Set a limit and press \"Choose bits\"."));
        m_openPlan = new QPushButton(tr("Open as the plan"));
        m_openPlan->setObjectName(QStringLiteral("openPoint"));
        m_openPlan->setToolTip(tr("One step to undo."));
        connect(m_chart, &FrontChart::pointClicked, m_table, &GridView::selectId);
        connect(m_table, &GridView::currentIdChanged, this, &AssignPage::takeCurrent);
        connect(m_table, &QAbstractItemView::activated, this, &AssignPage::openPoint);
        connect(m_openPlan, &QPushButton::clicked, this, &AssignPage::openPoint);
        m_legal = heading({});
        m_refusals = new GridView;
        m_refusals->setObjectName(QStringLiteral("targetRefusals"));
        m_refusals->setAccessibleName(tr("What the target cannot run"));
        m_nearest = new QPushButton(tr("Take the nearest choices"));
        m_nearest->setObjectName(QStringLiteral("takeNearest"));
        m_nearest->setToolTip(
            tr("Puts the nearest legal choice in place of every illegal one; locked layers stay."));
        connect(m_nearest, &QPushButton::clicked, &m_session, &Session::takeNearestChoices);
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 8);
        layout->setSpacing(4);
        m_foundFor = quietText();
        m_foundFor->setObjectName(QStringLiteral("foundFor"));
        layout->addWidget(m_foundFor);
        layout->addWidget(m_chart, 3);
        layout->addWidget(m_table, 2);
        layout->addWidget(m_openPlan, 0, Qt::AlignLeft);
        layout->addSpacing(4);
        layout->addWidget(m_legal);
        layout->addWidget(m_refusals, 1);
        layout->addWidget(m_nearest, 0, Qt::AlignLeft);
        return box;
    }

    QWidget* buildContent()
    {
        auto* form = new QWidget;
        auto* formLayout = new QVBoxLayout(form);
        formLayout->setContentsMargins(0, 0, 0, 0);
        formLayout->addWidget(buildForm());
        formLayout->addStretch();
        auto* splitter = new QSplitter(Qt::Horizontal);
        splitter->addWidget(form);
        splitter->addWidget(buildPlans());
        splitter->setStretchFactor(1, 1);
        splitter->setSizes({320, 860});
        splitter->setChildrenCollapsible(false);
        auto* content = new QWidget;
        auto* layout = new QVBoxLayout(content);
        layout->setContentsMargins(12, 8, 8, 0);
        layout->addWidget(splitter);
        return content;
    }

    AssignOptions options() const
    {
        AssignOptions result;
        result.sensitivity.bits = {2, 3, 4, 5, 6, 8};
        result.sensitivity.probeSamples = 32;
        if (m_size->value() > 0)
            result.assignment.maxSizeBytes = m_size->value() * bytesPerKb;
        if (m_bits->value() > 0)
            result.maxMeanBits = m_bits->value();
        result.assignment.timeBudgetSeconds = m_budget->value();
        for (const FurtherFormat& format : m_formats) {
            if (!format.box->isChecked() || !format.box->isEnabled())
                continue;
            result.sensitivity.weightFormats.push_back(format.spec);
            if (format.ofActivationsToo)
                result.sensitivity.activationFormats.push_back(format.spec);
        }
        if (m_latency->value() > 0)
            result.maxLatencyMs = m_latency->value();
        if (m_energy->value() > 0)
            result.maxEnergyMj = m_energy->value();
        if (m_drop->value() > 0)
            result.assignment.maxDrop = m_drop->value();
        result.assignment.minimize = m_minimize->currentData().toString().toStdString();
        return result;
    }

    void chooseProfile()
    {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Target profile"), {}, tr("Target profiles (*.json)"));
        if (!path.isEmpty())
            m_session.openTargetProfile(path);
    }

    void fillTargets()
    {
        m_target->clear();
        for (const TargetPtr& target : allTargets()) {
            m_target->addItem(QString::fromStdString(target->label), QString::fromStdString(target->id));
            m_target->setItemData(m_target->count() - 1, QString::fromStdString(target->notes),
                                  Qt::ToolTipRole);
        }
        refresh();
    }

    void refresh()
    {
        const bool ready = m_session.canCalibrate() && m_session.statistics();
        m_stack->setCurrentIndex(ready ? 1 : 0);
        m_empty->setContent(
            QStringLiteral("target"), m_session.model() ? tr("Not calibrated yet") : tr("No model yet"),
            tr("Open a model and calibrate it; this page then chooses bits for every layer within the "
               "limits of a device."));
        m_help->setText(m_session.model() ? tr("Go to the data") : tr("Go to the model"));
        m_target->setCurrentIndex(m_target->findData(QString::fromStdString(m_session.plan().target)));
        showSearch();
        const bool limited = m_size->value() > 0 || m_bits->value() > 0 || m_latency->value() > 0 ||
                             m_energy->value() > 0 || m_drop->value() > 0;
        m_minimize->setEnabled(m_drop->value() > 0);
        for (const FurtherFormat& format : m_formats)
            format.box->setEnabled(ready && runsSomewhere(format));
        m_run->setEnabled(ready && limited && !m_session.job().running());
        m_copy->setEnabled(ready && limited);
    }

    void showPlans()
    {
        m_points.clear();
        if (m_session.assignment())
            m_points = shownPoints(*m_session.assignment());
        m_table->setGrid(frontGrid(m_points));
        FrontChartData chart;
        chart.costTitle = tr("Size, kB");
        chart.worthTitle = tr("Output SQNR, dB");
        for (std::size_t i = 0; i < m_points.size(); ++i) {
            const ShownPoint& shown = m_points[i];
            chart.points.push_back(
                {QString::number(i), static_cast<double>(shown.point.sizeBytes) / bytesPerKb,
                 shown.point.sqnrDb, shown.front, shown.uniform,
                 tr("%1\n%2, output SQNR %3 dB")
                     .arg(pointName(shown), bytesText(shown.point.sizeBytes), sqnrText(shown.point.sqnrDb))});
        }
        showSearch();
        takeLimits();
        chart.current = m_table->currentId();
        m_chart->setData(std::move(chart));
        takeCurrent();
    }

    /// Says where the plans come from, where that is not a search of its own for the chosen target that came
    /// to its end; those of another target are grey.
    void showSearch()
    {
        const auto& run = m_session.assignment();
        const bool other = run && run->base.target != m_session.plan().target;
        const bool stopped = run && !run->complete && !run->measured.empty() && !m_session.job().running();
        QStringList notes;
        if (stopped)
            notes << tr("Stopped after %n plans; the same search goes on from there.", nullptr,
                        static_cast<int>(run->measured.size()));
        if (other) {
            const TargetPtr target = findTarget(run->base.target);
            notes << tr("These plans were found for %1; opening one goes back to that target.")
                         .arg(QString::fromStdString(target ? target->label : run->base.target));
        }
        m_foundFor->setText(notes.join(QLatin1Char(' ')));
        m_foundFor->setVisible(!notes.isEmpty());
        m_chart->setStale(other);
        m_table->setStale(other);
    }

    /// The limits of a search that came with the project, where none is set yet.
    void takeLimits()
    {
        const auto& run = m_session.assignment();
        if (!run || run->limits == AssignmentLimits() || !(limitsOf(options()) == AssignmentLimits()))
            return;
        const AssignmentLimits& limits = run->limits;
        const auto set = [](QDoubleSpinBox& box, double value) {
            box.setValue(std::isfinite(value) ? value : 0);
        };
        set(*m_size, limits.maxSizeBytes / bytesPerKb);
        set(*m_bits, limits.maxMeanBits);
        set(*m_latency, limits.maxLatencyMs);
        set(*m_energy, limits.maxEnergyMj);
        set(*m_drop, limits.maxDrop.value_or(0));
        set(*m_budget, limits.timeBudgetSeconds);
        m_minimize->setCurrentIndex(
            std::max(0, m_minimize->findData(QString::fromStdString(limits.minimize))));
    }

    const ShownPoint* current() const
    {
        const QString id = m_table->currentId();
        const auto index = static_cast<std::size_t>(id.toULongLong());
        return id.isEmpty() || index >= m_points.size() ? nullptr : &m_points[index];
    }

    void takeCurrent()
    {
        m_chart->setCurrent(m_table->currentId());
        m_openPlan->setEnabled(current());
    }

    void openPoint()
    {
        if (const ShownPoint* shown = current())
            m_session.changePlan(shown->point.plan,
                                 tr("%1, %2").arg(pointName(*shown), bytesText(shown->point.sizeBytes)));
    }

    void showRefusals()
    {
        const auto& figures = m_session.figures();
        const bool known = figures && m_session.model();
        const std::vector<TargetRefusal> refusals =
            known ? figures->targetRefusals : std::vector<TargetRefusal>();
        m_legal->setText(refusals.empty() ? tr("The target runs every choice of the plan")
                                          : tr("What the target cannot run"));
        m_legal->setVisible(known);
        m_refusals->setVisible(!refusals.empty());
        m_nearest->setVisible(!refusals.empty());
        if (known)
            m_refusals->setGrid(refusalGrid(refusals, *m_session.model()));
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    QPushButton* m_help = nullptr;
    QLabel* m_foundFor = nullptr;
    QComboBox* m_target = nullptr;
    QDoubleSpinBox* m_size = nullptr;
    QDoubleSpinBox* m_bits = nullptr;
    QDoubleSpinBox* m_budget = nullptr;
    QDoubleSpinBox* m_latency = nullptr;
    QDoubleSpinBox* m_energy = nullptr;
    QDoubleSpinBox* m_drop = nullptr;
    QComboBox* m_minimize = nullptr;
    QPushButton* m_run = nullptr;
    QPushButton* m_copy = nullptr;
    FrontChart* m_chart = nullptr;
    GridView* m_table = nullptr;
    QPushButton* m_openPlan = nullptr;
    QLabel* m_legal = nullptr;
    GridView* m_refusals = nullptr;
    QPushButton* m_nearest = nullptr;
    std::vector<ShownPoint> m_points;
    std::vector<FurtherFormat> m_formats;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new AssignPage(session, parent);
}

}

void register_assign_page(Table<Page>& table)
{
    table.add(
        {.id = "assign", .label = QT_TRANSLATE_NOOP("Page", "Assign"), .icon = "target", .create = create});
}

}

#include "assign_page.moc"
