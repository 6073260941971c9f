// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/page.h"
#include "widgets/panels/error_map.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/inspector.h"
#include "widgets/panels/layer_table.h"
#include "widgets/panels/plan_defaults.h"
#include "widgets/session/session.h"
#include "widgets/views/bit_width_delegate.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/heatmap_view.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace lathe {
namespace {

const QString splitterKey = QStringLiteral("precision/splitter");

/// Where bits are chosen: layers, the error they make, and one layer from within.
class PrecisionPage : public QWidget
{
    Q_OBJECT
public:
    PrecisionPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
    {
        m_help = m_empty->addButton(QString());
        m_help->setObjectName(QStringLiteral("precisionHelp"));
        connect(m_help, &QPushButton::clicked, this, &PrecisionPage::help);
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &PrecisionPage::refresh);
        connect(&session, &Session::datasetChanged, this, &PrecisionPage::refresh);
        connect(&session, &Session::statisticsChanged, this, &PrecisionPage::refresh);
        connect(&session.job(), &Job::started, this, &PrecisionPage::refresh);
        connect(&session, &Session::figuresChanged, this, &PrecisionPage::refreshMap);
        connect(&session, &Session::planChanged, this, [this] { m_map->setStale(m_session.figuresStale()); });
        connect(&session.selection(), &LayerSelection::changed, this,
                [this] { m_map->setSelected(m_session.selection().selected()); });
        connect(&session.selection(), &LayerSelection::hoverChanged, this,
                [this] { m_map->setHovered(m_session.selection().hovered()); });
        refresh();
        refreshMap();
    }

    ~PrecisionPage() override { QSettings().setValue(splitterKey, m_splitter->saveState()); }

private:
    QWidget* buildContent()
    {
        m_table = new LayerTable(m_session,
                                 {LayerColumn::name, LayerColumn::op, LayerColumn::weights, LayerColumn::activations,
                                  LayerColumn::weightSqnr, LayerColumn::localSqnr, LayerColumn::accumulatedSqnr,
                                  LayerColumn::clipped, LayerColumn::size, LayerColumn::lossPerKib, LayerColumn::parameters,
                                  LayerColumn::problem},
                                 true);
        const auto addDelegate = [this](LayerColumn column, const QStringList& formats) {
            auto* delegate = new BitWidthDelegate(formats, &m_table->view());
            delegate->setLockedRole(LayerModel::lockedRole);
            delegate->setBitsRole(LayerModel::bitsRole);
            m_table->view().setItemDelegateForColumn(m_table->model().indexOf(column), delegate);
        };
        addDelegate(LayerColumn::weights, BitWidthDelegate::weightFormats());
        addDelegate(LayerColumn::activations, BitWidthDelegate::activationFormats());

        m_map = new HeatmapView;
        m_map->setObjectName(QStringLiteral("errorMap"));
        m_map->setAccessibleName(tr("Error by layer and channel"));
        m_map->setEmptyText(tr("Measuring the plan on the probe set…"));
        connect(m_map, &HeatmapView::rowClicked, this, &PrecisionPage::mapClicked);
        connect(m_map, &HeatmapView::rowHovered, &m_session.selection(), &LayerSelection::setHovered);
        auto* mapBox = new QWidget;
        auto* mapLayout = new QVBoxLayout(mapBox);
        mapLayout->setContentsMargins(8, 0, 8, 0);
        mapLayout->setSpacing(4);
        auto* title = heading(tr("Error by channel"));
        title->setToolTip(tr("SQNR of each channel of each layer's activations: quantized run against float run on the "
                             "probe set, errors of all layers before included."));
        mapLayout->addWidget(title);
        mapLayout->addWidget(m_map, 1);

        m_splitter = new QSplitter(Qt::Horizontal);
        auto* layers = new QWidget;
        auto* layersLayout = new QVBoxLayout(layers);
        layersLayout->setContentsMargins(0, 0, 0, 0);
        layersLayout->setSpacing(4);
        layersLayout->addWidget(new PlanDefaults(m_session));
        layersLayout->addWidget(m_table, 1);
        m_splitter->addWidget(layers);
        m_splitter->addWidget(mapBox);
        m_splitter->addWidget(new Inspector(m_session));
        m_splitter->setChildrenCollapsible(false);
        m_splitter->setStretchFactor(0, 4);
        m_splitter->setStretchFactor(1, 3);
        m_splitter->setStretchFactor(2, 4);
        m_splitter->setSizes({604, 260, 320});
        m_splitter->restoreState(QSettings().value(splitterKey).toByteArray());
        auto* content = new QWidget;
        auto* layout = new QHBoxLayout(content);
        layout->setContentsMargins(8, 8, 8, 0);
        layout->addWidget(m_splitter);
        return content;
    }

    void refresh()
    {
        const bool ready = m_session.model() && m_session.statistics();
        m_stack->setCurrentIndex(ready ? 1 : 0);
        if (ready)
            return;
        if (!m_session.model()) {
            m_empty->setContent(QStringLiteral("precision"), tr("No model yet"),
                                tr("Open a model and calibrate it; then choose here how many bits each layer gets."));
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
            return;
        }
        if (const QString why = m_session.cannotRunText(); !why.isEmpty()) {
            m_empty->setContent(QStringLiteral("precision"), tr("This model cannot run"), why);
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
            return;
        }
        m_empty->setContent(QStringLiteral("precision"), tr("Not calibrated yet"),
                            m_session.dataset()
                                ? tr("Ranges come from data: calibrate first, then every choice of bits shows its cost at once.")
                                : tr("Ranges come from data: open a data set and calibrate, then every choice of bits shows "
                                     "its cost at once."));
        const bool now = m_session.canCalibrate() && !m_session.job().running();
        const int count = now ? static_cast<int>(m_session.dataset()->info().calibrationCount) : 0;
        m_help->setText(now ? tr("Calibrate on %n samples", nullptr, count) : tr("Go to the data"));
        m_helpPage = now ? QString() : QStringLiteral("data");
    }

    void help()
    {
        if (!m_helpPage.isEmpty()) {
            m_session.showPage(m_helpPage);
            return;
        }
        m_session.showPage(QStringLiteral("data"));
        m_session.calibrate();
    }

    void refreshMap()
    {
        m_map->setStale(m_session.figuresStale());
        const auto& figures = m_session.figures();
        if (figures == m_mapped)
            return;
        m_mapped = figures;
        if (!figures || !m_session.model()) {
            m_map->setData(nullptr);
            return;
        }
        m_mapJob.start({}, [model = m_session.model(), figures](const JobContext&) { return errorMap(*model, *figures); },
                       [this](std::shared_ptr<const HeatmapData> map) {
                           m_map->setData(std::move(map));
                           m_map->setSelected(m_session.selection().selected());
                       });
    }

    void mapClicked(const QString& id, bool extend)
    {
        LayerSelection& selection = m_session.selection();
        if (!extend) {
            selection.selectOne(id);
            return;
        }
        QStringList ids = selection.selected();
        if (!ids.removeOne(id))
            ids.append(id);
        selection.set(ids, id);
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    QPushButton* m_help = nullptr;
    QString m_helpPage;
    LayerTable* m_table = nullptr;
    HeatmapView* m_map = nullptr;
    QSplitter* m_splitter = nullptr;
    std::shared_ptr<const PlanFigures> m_mapped;
    Job m_mapJob;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new PrecisionPage(session, parent);
}

}

void register_precision_page(Table<Page>& table)
{
    table.add({.id = "precision", .label = QT_TRANSLATE_NOOP("Page", "Precision"), .icon = "precision", .create = create});
}

}

#include "precision_page.moc"
