// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/page.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/layer_table.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/summary_chart.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

namespace lathe {
namespace {

constexpr std::size_t layersCharted = 12;

QString valueText(const Graph& graph, ValueId id)
{
    const Value& value = graph.value(id);
    return QStringLiteral("%1  %2  %3")
        .arg(QString::fromStdString(value.name), QString::fromLatin1(dtypeName(value.dtype).data()),
             value.shape ? QString::fromStdString(value.shape->text()) : QStringLiteral("?"));
}

QString valuesText(const Graph& graph, const std::vector<ValueId>& ids)
{
    QStringList lines;
    for (const ValueId id : ids)
        lines.append(valueText(graph, id));
    return lines.join(QLatin1Char('\n'));
}

/// What the model is: its layers, what they cost, and what cannot run.
class ModelPage : public QWidget
{
    Q_OBJECT
public:
    ModelPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
        , m_facts(new Facts)
        , m_passes(quietText())
        , m_unsupported(new QLabel)
        , m_chart(new SummaryChart)
    {
        buildEmpty();
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        connect(&session, &Session::modelChanged, this, &ModelPage::refresh);
        connect(m_chart, &SummaryChart::categoryClicked, &session.selection(), &LayerSelection::selectOne);
        connect(m_chart, &SummaryChart::categoryHovered, &session.selection(), &LayerSelection::setHovered);
        connect(&session.selection(), &LayerSelection::hoverChanged, this,
                [this] { m_chart->setHovered(m_session.selection().hovered()); });
        connect(&session, &Session::planChanged, this, &ModelPage::refreshFacts);
        connect(&session, &Session::figuresChanged, this, &ModelPage::refreshFacts);
        refresh();
    }

private:
    void buildEmpty()
    {
        const bool sample = !m_session.options().sampleFolder.isEmpty();
        m_empty->setContent(QStringLiteral("model"), tr("No model yet"),
                            sample ? tr("Drop an ONNX model here, or press Ctrl+O. No model at hand? Open the sample.")
                                   : tr("Drop an ONNX model here, or press Ctrl+O."));
        auto* open = m_empty->addButton(tr("Open model…"));
        open->setObjectName(QStringLiteral("openModel"));
        connect(open, &QPushButton::clicked, this, [this] { m_session.askOpen(); });
        if (!sample)
            return;
        auto* openSample = m_empty->addButton(tr("Open the sample"));
        openSample->setObjectName(QStringLiteral("openSample"));
        connect(openSample, &QPushButton::clicked, &m_session, &Session::openSample);
    }

    QWidget* buildContent()
    {
        auto* content = new QWidget;
        m_table = new LayerTable(m_session,
                                 {LayerColumn::name, LayerColumn::op, LayerColumn::inputShape, LayerColumn::outputShape,
                                  LayerColumn::parameters, LayerColumn::macs, LayerColumn::weights,
                                  LayerColumn::activations, LayerColumn::problem},
                                 false, content);
        m_unsupported->setWordWrap(true);
        m_unsupported->setObjectName(QStringLiteral("unsupported"));

        auto* side = new QWidget;
        auto* sideLayout = new QVBoxLayout(side);
        sideLayout->setContentsMargins(12, 4, 4, 4);
        sideLayout->setSpacing(8);
        sideLayout->addWidget(heading(tr("Summary")));
        sideLayout->addWidget(m_facts);
        sideLayout->addWidget(m_unsupported);
        sideLayout->addSpacing(4);
        m_passesHeading = heading(tr("Simplified while opening"));
        sideLayout->addWidget(m_passesHeading);
        sideLayout->addWidget(m_passes);
        sideLayout->addSpacing(4);
        sideLayout->addWidget(m_chart, 1);
        auto* scroll = new QScrollArea(content);
        scroll->setWidget(side);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        scroll->setFixedWidth(fontMetrics().averageCharWidth() * 44);

        auto* layout = new QHBoxLayout(content);
        layout->setContentsMargins(8, 8, 8, 0);
        layout->setSpacing(8);
        layout->addWidget(m_table, 1);
        layout->addWidget(scroll);
        return content;
    }

    void refresh()
    {
        m_stack->setCurrentIndex(m_session.model() ? 1 : 0);
        if (!m_session.model())
            return;
        const Model& model = *m_session.model();
        QStringList passes;
        for (const std::string& line : model.simplifications)
            passes.append(QString::fromStdString(line));
        m_passes->setText(passes.join(QLatin1Char('\n')));
        m_passesHeading->setVisible(!passes.isEmpty());
        refreshUnsupported(model);
        refreshChart(model);
        refreshFacts();
    }

    /// The layers with the most parameters: where bits weigh.
    void refreshChart(const Model& model)
    {
        std::vector<const Layer*> layers;
        for (const Layer& layer : model.layers)
            if (layer.parameters > 0)
                layers.push_back(&layer);
        std::stable_sort(layers.begin(), layers.end(), [](const Layer* a, const Layer* b) { return a->parameters > b->parameters; });
        layers.resize(std::min(layers.size(), layersCharted));
        SummaryChartData chart;
        chart.title = tr("Most parameters, thousands");
        chart.series = {tr("parameters")};
        for (const Layer* layer : layers) {
            const double thousands = static_cast<double>(layer->parameters) / 1000;
            chart.categories.push_back({QString::fromStdString(layer->id), QString::fromStdString(layer->name),
                                       {{thousands, {}, {}, countText(layer->parameters)}}});
        }
        m_chart->setVisible(!chart.categories.empty());
        m_chart->setData(std::move(chart));
    }

    void refreshUnsupported(const Model& model)
    {
        std::set<std::string> operators;
        for (const UnsupportedNode& node : model.unsupported)
            operators.insert(node.op);
        QStringList names;
        for (const std::string& name : operators)
            names.append(QString::fromStdString(name));
        m_unsupported->setVisible(!names.isEmpty());
        m_unsupported->setText(tr("%n nodes cannot run yet; the model can be looked at, but not calibrated. Missing: %1.",
                                  nullptr, static_cast<int>(model.unsupported.size()))
                                   .arg(names.join(QLatin1String(", "))));
    }

    void refreshFacts()
    {
        if (!m_session.model())
            return;
        const Model& model = *m_session.model();
        int weighted = 0;
        for (const Layer& layer : model.layers)
            weighted += layer.weight.valid() ? 1 : 0;
        const Graph& graph = model.original;
        m_facts->setFacts({
            {tr("Format"),
             tr("%1, opset %2").arg(QString::fromStdString(model.format).toUpper()).arg(model.opset) +
                 (model.lifted ? tr(", quantized") : QString()),
             tr("The file's format and operator set version.")},
            {tr("Inputs"), valuesText(graph, graph.inputs), tr("Name, element type and shape; ? is not fixed.")},
            {tr("Outputs"), valuesText(graph, graph.outputs), tr("Name, element type and shape; ? is not fixed.")},
            {tr("Nodes"), QString::number(graph.nodes().size()), tr("Operator nodes in the file.")},
            {tr("Layers"), tr("%1, %2 with weights").arg(model.layers.size()).arg(weighted),
             tr("What is quantized as one: a node with its batch-norm and clamp, or a computing node without weights.")},
            {tr("Parameters"), countText(model.parameters), tr("Weights and biases of all layers.")},
            {tr("MACs"), countText(model.macs), tr("Multiply-accumulates for one sample.")},
            {tr("Float size"), bytesText(model.floatBytes), tr("All parameters in 32-bit floats.")},
        });
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    LayerTable* m_table = nullptr;
    Facts* m_facts;
    QLabel* m_passesHeading = nullptr;
    QLabel* m_passes;
    QLabel* m_unsupported;
    SummaryChart* m_chart;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new ModelPage(session, parent);
}

}

void register_model_page(Table<Page>& table)
{
    table.add({.id = "model", .label = QT_TRANSLATE_NOOP("Page", "Model"), .icon = "model", .create = create});
}

}

#include "model_page.moc"
