// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/sample_grid.h"

#include "widgets/models/grid_cells.h"
#include "widgets/models/metric_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <numeric>
#include <set>

namespace lathe {
namespace {

Grid::Column sampleColumn()
{
    return runColumn(QT_TRANSLATE_NOOP("RunGrids", "Sample"), QT_TRANSLATE_NOOP("RunGrids", "File name or index."), false);
}

/// Metrics that say more of a sample than right or wrong.
std::vector<const Metric*> gradedMetrics(const EvaluationRun& run)
{
    std::set<std::string> ids;
    for (const SampleRecord& sample : run.samples)
        for (const auto& [id, values] : sample.scores)
            ids.insert(id);
    std::vector<const Metric*> graded;
    for (const Metric& metric : metrics())
        if (ids.contains(metric.id) && !metric.binary)
            graded.push_back(&metric);
    return graded;
}

Grid::Cell scoreCell(const SampleRecord& sample, const Metric& metric, double std::pair<double, double>::*part)
{
    const auto found = sample.scores.find(metric.id);
    return found == sample.scores.end() ? unknownCell() : numberCell(found->second.*part);
}

QString classText(std::int64_t value)
{
    return value < 0 ? QStringLiteral("–") : QString::number(value);
}

Grid::Cell classCell(std::int64_t value)
{
    return {classText(value), static_cast<double>(value)};
}

/// What became of a changed answer.
const char* changeText(const SampleRecord& sample)
{
    if (sample.label < 0)
        return QT_TRANSLATE_NOOP("RunGrids", "other class");
    if (sample.floatClass == sample.label)
        return QT_TRANSLATE_NOOP("RunGrids", "became wrong");
    return sample.quantizedClass == sample.label ? QT_TRANSLATE_NOOP("RunGrids", "became right")
                                                 : QT_TRANSLATE_NOOP("RunGrids", "other wrong class");
}

std::shared_ptr<const Grid> classGrid(const EvaluationRun& run, std::int64_t& changed)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        sampleColumn(),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Label"), QT_TRANSLATE_NOOP("RunGrids", "The right class; – where there is none."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Float"), QT_TRANSLATE_NOOP("RunGrids", "Class that the float model gives."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Quantized"), QT_TRANSLATE_NOOP("RunGrids", "Class that the quantized model gives."), true),
        runColumn(QT_TRANSLATE_NOOP("RunGrids", "Change"), QT_TRANSLATE_NOOP("RunGrids", "What quantization did to the answer."), false),
    };
    const std::vector<const Metric*> graded = gradedMetrics(run);
    for (const Metric* metric : graded)
        grid->columns.push_back({metricLabel(metric->id), runText(QT_TRANSLATE_NOOP("RunGrids", "Score of the quantized model on this sample.")), true});
    std::vector<std::size_t> order(run.samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto isChanged = [&](std::size_t i) { return run.samples[i].floatClass != run.samples[i].quantizedClass; };
    std::stable_partition(order.begin(), order.end(), isChanged);
    for (const std::size_t i : order) {
        const SampleRecord& sample = run.samples[i];
        Grid::Row row;
        row.id = QString::number(i);
        row.marked = isChanged(i);
        changed += row.marked ? 1 : 0;
        row.cells = {textCell(sample.id), classCell(sample.label), classCell(sample.floatClass),
                     classCell(sample.quantizedClass), {row.marked ? runText(changeText(sample)) : QString(), 0}};
        for (const Metric* metric : graded)
            row.cells.push_back(scoreCell(sample, *metric, &std::pair<double, double>::second));
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

/// How much of its score a sample lost; positive = worse.
double lossOf(const SampleRecord& sample, const Metric& metric)
{
    const auto found = sample.scores.find(metric.id);
    if (found == sample.scores.end())
        return 0;
    const double drop = found->second.first - found->second.second;
    return metric.higherIsBetter ? drop : -drop;
}

std::shared_ptr<const Grid> scoreGrid(const EvaluationRun& run)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {sampleColumn()};
    const std::vector<const Metric*> graded = gradedMetrics(run);
    for (const Metric* metric : graded) {
        const QString label = metricLabel(metric->id);
        grid->columns.push_back({runText(QT_TRANSLATE_NOOP("RunGrids", "%1 float")).arg(label),
                                 runText(QT_TRANSLATE_NOOP("RunGrids", "Score of the float model on this sample.")), true});
        grid->columns.push_back({runText(QT_TRANSLATE_NOOP("RunGrids", "%1 quantized")).arg(label), runText(QT_TRANSLATE_NOOP("RunGrids", "Score of the quantized model on this sample.")), true});
    }
    std::vector<std::size_t> order(run.samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!graded.empty())
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return lossOf(run.samples[a], *graded.front()) > lossOf(run.samples[b], *graded.front());
        });
    for (const std::size_t i : order) {
        const SampleRecord& sample = run.samples[i];
        Grid::Row row;
        row.id = QString::number(i);
        row.cells = {textCell(sample.id)};
        for (const Metric* metric : graded) {
            row.cells.push_back(scoreCell(sample, *metric, &std::pair<double, double>::first));
            row.cells.push_back(scoreCell(sample, *metric, &std::pair<double, double>::second));
        }
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

}

std::shared_ptr<const Grid> sampleGrid(const EvaluationRun& run, std::optional<std::int64_t>& changed)
{
    const bool classes = std::any_of(run.samples.begin(), run.samples.end(),
                                     [](const SampleRecord& sample) { return sample.floatClass >= 0; });
    if (!classes)
        return scoreGrid(run);
    changed = 0;
    return classGrid(run, *changed);
}

}
