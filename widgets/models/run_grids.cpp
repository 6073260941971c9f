// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/run_grids.h"

#include "widgets/models/layer_row.h"
#include "widgets/models/metric_text.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace lathe {
namespace {

constexpr double exact = std::numeric_limits<double>::infinity();

QString translated(const char* text)
{
    return QCoreApplication::translate("RunGrids", text);
}

Grid::Column column(const char* title, const char* explanation, bool number)
{
    return {translated(title), translated(explanation), number};
}

Grid::Cell text(const std::string& value)
{
    return {QString::fromStdString(value), 0};
}

Grid::Cell decibels(double value)
{
    return {sqnrText(value), value};
}

Grid::Cell unknown()
{
    return {QStringLiteral("–"), std::numeric_limits<double>::quiet_NaN()};
}

Grid::Cell share(double value)
{
    const QString shown = value == 0         ? QStringLiteral("0")
                          : value < 0.0001 ? QStringLiteral("<0.01")
                                           : QString::number(value * 100, 'f', 2);
    return {shown, value};
}

Grid::Cell number(double value)
{
    return {numberText(value), value};
}

std::shared_ptr<const Grid> metricGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        column(QT_TRANSLATE_NOOP("RunGrids", "Metric"), QT_TRANSLATE_NOOP("RunGrids", "What was measured."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "Float"), QT_TRANSLATE_NOOP("RunGrids", "The float model on these samples."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Quantized"), QT_TRANSLATE_NOOP("RunGrids", "The quantized model on the same samples."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Loss"), QT_TRANSLATE_NOOP("RunGrids", "Float against quantized; positive is worse. Shares in percentage points."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "95 % interval"),
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
        column(QT_TRANSLATE_NOOP("RunGrids", "Output"), QT_TRANSLATE_NOOP("RunGrids", "A graph output."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "SQNR dB"), QT_TRANSLATE_NOOP("RunGrids", "Quantized against float output over all samples."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Cosine"), QT_TRANSLATE_NOOP("RunGrids", "Cosine similarity of quantized and float output; 1 is the same direction."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Largest error"), QT_TRANSLATE_NOOP("RunGrids", "Largest absolute difference of one element."), true),
    };
    for (const OutputFigures& output : run.outputs) {
        Grid::Row row;
        row.id = QString::fromStdString(output.name);
        const double cosine = output.error.cosine();
        row.cells = {text(output.name), decibels(output.error.sqnrDb()), {QString::number(cosine, 'f', 5), cosine},
                     number(output.error.maxAbs)};
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
        column(QT_TRANSLATE_NOOP("RunGrids", "Layer"), QT_TRANSLATE_NOOP("RunGrids", "The layer; click selects it in the whole window."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "Operator"), QT_TRANSLATE_NOOP("RunGrids", "What computes it."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "Weights dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR of the weights alone; – without weights."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Local dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR when only this tensor is quantized."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Accum. dB"), QT_TRANSLATE_NOOP("RunGrids", "SQNR of the quantized run against the float run at this place."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Clip %"), QT_TRANSLATE_NOOP("RunGrids", "Share of values outside the grid."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Largest error"), QT_TRANSLATE_NOOP("RunGrids", "Largest absolute difference of one element, accumulated."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "NaN, Inf"), QT_TRANSLATE_NOOP("RunGrids", "Values of the quantized run that are no finite numbers."), true),
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
                     hasWeight ? decibels(weight) : unknown(),
                     decibels(figures.local.sqnrDb()),
                     decibels(figures.accumulated.sqnrDb()),
                     share(figures.clippedShare()),
                     number(figures.accumulated.maxAbs),
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

QString classText(std::int64_t value)
{
    return value < 0 ? QStringLiteral("–") : QString::number(value);
}

std::shared_ptr<const Grid> sampleGrid(const EvaluationRun& run, std::int64_t& changedCount)
{
    std::set<std::string> scores;
    for (const SampleRecord& sample : run.samples)
        for (const auto& [metric, values] : sample.scores)
            if (!metricIsShare(metric))
                scores.insert(metric);
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        column(QT_TRANSLATE_NOOP("RunGrids", "Sample"), QT_TRANSLATE_NOOP("RunGrids", "File name or index."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "Label"), QT_TRANSLATE_NOOP("RunGrids", "The right class; – where there is none."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Float"), QT_TRANSLATE_NOOP("RunGrids", "Class that the float model gives."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Quantized"), QT_TRANSLATE_NOOP("RunGrids", "Class that the quantized model gives."), true),
        column(QT_TRANSLATE_NOOP("RunGrids", "Change"), QT_TRANSLATE_NOOP("RunGrids", "What quantization did to the answer."), false),
    };
    for (const std::string& metric : scores)
        grid->columns.push_back({metricLabel(metric), translated(QT_TRANSLATE_NOOP("RunGrids", "Score of the quantized model on this sample.")), true});
    std::vector<std::size_t> order;
    const auto isChanged = [&](std::size_t i) { return run.samples[i].floatClass != run.samples[i].quantizedClass; };
    for (std::size_t i = 0; i < run.samples.size(); ++i)
        order.push_back(i);
    std::stable_partition(order.begin(), order.end(), isChanged);
    for (const std::size_t i : order) {
        const SampleRecord& sample = run.samples[i];
        Grid::Row row;
        row.id = QString::number(i);
        row.marked = isChanged(i);
        changedCount += row.marked ? 1 : 0;
        const char* change = "";
        if (row.marked && sample.label >= 0)
            change = sample.floatClass == sample.label       ? QT_TRANSLATE_NOOP("RunGrids", "became wrong")
                     : sample.quantizedClass == sample.label ? QT_TRANSLATE_NOOP("RunGrids", "became right")
                                                             : QT_TRANSLATE_NOOP("RunGrids", "other wrong class");
        else if (row.marked)
            change = QT_TRANSLATE_NOOP("RunGrids", "other class");
        row.cells = {text(sample.id),
                     {classText(sample.label), static_cast<double>(sample.label)},
                     {classText(sample.floatClass), static_cast<double>(sample.floatClass)},
                     {classText(sample.quantizedClass), static_cast<double>(sample.quantizedClass)},
                     {*change ? translated(change) : QString(), 0}};
        for (const std::string& metric : scores) {
            const auto found = sample.scores.find(metric);
            row.cells.push_back(found == sample.scores.end() ? unknown() : number(found->second.second));
        }
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

std::shared_ptr<const Grid> healthGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        column(QT_TRANSLATE_NOOP("RunGrids", "Layer"), QT_TRANSLATE_NOOP("RunGrids", "Where."), false),
        column(QT_TRANSLATE_NOOP("RunGrids", "Finding"), QT_TRANSLATE_NOOP("RunGrids", "What is unusual about its numbers."), false),
    };
    for (const HealthFinding& finding : healthFindings(run)) {
        Grid::Row row;
        row.id = QString::fromStdString(finding.layer);
        row.cells = {text(finding.layer), text(finding.text)};
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
