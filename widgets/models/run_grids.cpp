// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/run_grids.h"

#include "widgets/models/grid_cells.h"
#include "widgets/models/layer_row.h"
#include "widgets/models/metric_text.h"
#include "widgets/models/sample_grid.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

namespace lathe {
namespace {

constexpr double exact = std::numeric_limits<double>::infinity();

std::shared_ptr<const Grid> metricGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Metric"), QT_TRANSLATE_NOOP("RunGrids", "What was measured."), false),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Float"), QT_TRANSLATE_NOOP("RunGrids", "The float model on these samples."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Quantized"), QT_TRANSLATE_NOOP("RunGrids", "The quantized model on the same samples."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Loss"), QT_TRANSLATE_NOOP("RunGrids", "Float against quantized; positive is worse. Shares in percentage points."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "95 % interval"),
               QT_TRANSLATE_NOOP("RunGrids", "The loss on other samples of this kind lies in here 19 times of 20; paired, sample by sample."), true),
    };
    for (const MetricResult& metric : run.metrics) {
        Grid::Row row;
        row.id = QString::fromStdString(metric.id);
        row.marked = metric.low > 0;
        row.cells = {{metricLabel(metric.id), 0},
                     {metricValueText(metric.id, metric.floatValue), metric.floatValue},
                     {metricValueText(metric.id, metric.quantizedValue), metric.quantizedValue},
                     {metricLossText(metric.id, metric.loss), metric.loss},
                     {QStringLiteral("%1 … %2").arg(metricNumberText(metric.id, metric.low), metricNumberText(metric.id, metric.high)),
                      metric.high}};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

std::shared_ptr<const Grid> outputGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Output"), QT_TRANSLATE_NOOP("RunGrids", "A graph output."), false),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "SQNR dB"), QT_TRANSLATE_NOOP("RunGrids", "Quantized against float output over all samples."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Cosine"), QT_TRANSLATE_NOOP("RunGrids", "Cosine similarity of quantized and float output; 1 is the same direction."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Largest error"), QT_TRANSLATE_NOOP("RunGrids", "Largest absolute difference of one element."), true),
    };
    for (const OutputFigures& output : run.outputs) {
        Grid::Row row;
        row.id = QString::fromStdString(output.name);
        const double cosine = output.error.cosine();
        row.cells = {textCell(output.name), decibelCell(output.error.sqnrDb()), {QString::number(cosine, 'f', 5), cosine},
                     numberCell(output.error.maxAbs)};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

double weightSqnr(const std::map<std::string, double>& known, const std::string& id)
{
    const auto found = known.find(id);
    return found == known.end() ? exact : found->second;
}

std::shared_ptr<const Grid> layerGrid(const EvaluationRun& run, const Model& model,
                                      const std::map<std::string, double>& weights, std::vector<WeakLayer>& weakest)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Layer"), QT_TRANSLATE_NOOP("RunGrids", "The layer; click selects it in the whole window."), false),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Operator"), QT_TRANSLATE_NOOP("RunGrids", "What computes it."), false),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Weights dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR of the weights alone; – without weights."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Local dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR when only this tensor is quantized."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Accum. dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR of the quantized run against the float run at this place."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Clip %"), QT_TRANSLATE_NOOP("RunGrids", "Share of values outside the grid."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Largest error"), QT_TRANSLATE_NOOP("RunGrids", "Largest absolute difference of one element, accumulated."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "NaN, Inf"), QT_TRANSLATE_NOOP("RunGrids", "Values of the quantized run that are no finite numbers."), true),
    };
    for (const LayerFigures& figures : run.layers) {
        const auto layer = std::find_if(model.layers.begin(), model.layers.end(), [&](const Layer& l) { return l.id == figures.id; });
        const bool known = layer != model.layers.end();
        const QString name = QString::fromStdString(known ? layer->name : figures.id);
        const double weight = weightSqnr(weights, figures.id);
        const bool hasWeight = weights.contains(figures.id) && known && layer->weight.valid();
        const double odd = static_cast<double>(figures.nans + figures.infinities);
        Grid::Row row;
        row.id = QString::fromStdString(figures.id);
        row.marked = odd > 0;
        row.cells = {{name, 0},
                     {known ? operatorText(*layer) : QString(), 0},
                     hasWeight ? decibelCell(weight) : unknownCell(),
                     decibelCell(figures.local.sqnrDb()),
                     decibelCell(figures.accumulated.sqnrDb()),
                     shareCell(figures.clippedShare()),
                     numberCell(figures.accumulated.maxAbs),
                     {odd > 0 ? QString::number(odd, 'f', 0) : QStringLiteral("0"), odd}};
        grid->rows.push_back(std::move(row));
        const WeakLayer weak{figures.id, name, known ? operatorText(*layer) : QString(), hasWeight ? weight : exact, figures.local.sqnrDb()};
        if (std::isfinite(weak.sqnrDb()))
            weakest.push_back(weak);
    }
    std::stable_sort(weakest.begin(), weakest.end(),
                     [](const WeakLayer& a, const WeakLayer& b) { return a.sqnrDb() < b.sqnrDb(); });
    return grid;
}

std::shared_ptr<const Grid> healthGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Layer"), QT_TRANSLATE_NOOP("RunGrids", "Where."), false),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Finding"), QT_TRANSLATE_NOOP("RunGrids", "What is unusual about its numbers."), false),
    };
    for (const HealthFinding& finding : healthFindings(run)) {
        Grid::Row row;
        row.id = QString::fromStdString(finding.layer);
        row.cells = {textCell(finding.layer), textCell(finding.text)};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

}

std::shared_ptr<const RunGrids> runGrids(std::shared_ptr<const EvaluationRun> run, const Model& model,
                                         const std::map<std::string, double>& weightSqnrDb)
{
    auto grids = std::make_shared<RunGrids>();
    grids->metrics = metricGrid(*run);
    grids->outputs = outputGrid(*run);
    grids->layers = layerGrid(*run, model, weightSqnrDb, grids->weakest);
    grids->samples = sampleGrid(*run, grids->changed);
    grids->health = healthGrid(*run);
    grids->run = std::move(run);
    return grids;
}

}
