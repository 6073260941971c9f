// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/front_grid.h"

#include "widgets/models/grid_cells.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace lathe {
namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("FrontGrid", text);
}

Grid::Column column(const char* title, const char* explanation, bool number)
{
    return {translated(title), translated(explanation), number};
}

bool isUniform(const AssignmentPoint& point)
{
    return point.origin.starts_with("uniform ");
}

/// Disagreement with the float model, in percent, with its interval.
Grid::Cell lossCell(const AssignmentPoint& point)
{
    const auto percent = [](double agreement) { return QString::number(100 * (1 - agreement), 'f', 1); };
    return {QStringLiteral("%1 (%2–%3)")
                .arg(percent(point.agreement), percent(point.agreementHigh), percent(point.agreementLow)),
            1 - point.agreement};
}

QString partText(TargetRefusal::Part part)
{
    switch (part) {
    case TargetRefusal::Part::weights:
        return translated(QT_TRANSLATE_NOOP("FrontGrid", "weights"));
    case TargetRefusal::Part::activations:
        return translated(QT_TRANSLATE_NOOP("FrontGrid", "activations"));
    case TargetRefusal::Part::operation:
        break;
    }
    return translated(QT_TRANSLATE_NOOP("FrontGrid", "operator"));
}

}

std::vector<ShownPoint> shownPoints(const AssignmentRun& run)
{
    const std::vector<AssignmentPoint> front = run.front();
    std::vector<ShownPoint> points;
    for (std::size_t i = 0; i < run.measured.size(); ++i) {
        const AssignmentPoint& point = run.measured[i];
        const bool onFront = std::any_of(front.begin(), front.end(), [&](const AssignmentPoint& other) {
            return other.plan == point.plan && other.origin == point.origin;
        });
        const ShownPoint shown{point, onFront, isUniform(point), run.best == i};
        if (!run.complete || shown.front || shown.uniform || shown.best)
            points.push_back(shown);
    }
    std::stable_sort(points.begin(), points.end(), [](const ShownPoint& a, const ShownPoint& b) {
        return a.point.sizeBytes < b.point.sizeBytes;
    });
    return points;
}

QString pointName(const ShownPoint& shown)
{
    const std::string& origin = shown.point.origin;
    if (shown.uniform)
        return QCoreApplication::translate("FrontGrid", "%n bits everywhere", nullptr,
                                           std::stoi(origin.substr(origin.find(' ') + 1)));
    if (origin == "repaired")
        return translated(QT_TRANSLATE_NOOP("FrontGrid", "Assigned, repaired"));
    return origin == "unchanged" ? translated(QT_TRANSLATE_NOOP("FrontGrid", "Unchanged"))
                                 : translated(QT_TRANSLATE_NOOP("FrontGrid", "Assigned"));
}

std::shared_ptr<const Grid> frontGrid(const std::vector<ShownPoint>& points)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        column(
            QT_TRANSLATE_NOOP("FrontGrid", "Plan"),
            QT_TRANSLATE_NOOP("FrontGrid", "Where it comes from; the best one within the limits is marked."),
            false),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Size"),
               QT_TRANSLATE_NOOP("FrontGrid", "What the target stores, codes at their own bit-width."), true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Latency ms"),
               QT_TRANSLATE_NOOP("FrontGrid",
                                 "Of one sample, by the target's cost model: a model, not a measurement."),
               true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Energy mJ"),
               QT_TRANSLATE_NOOP("FrontGrid", "Of one sample, by the target's cost model."), true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Bits"),
               QT_TRANSLATE_NOOP("FrontGrid", "Of a weight on average, without scales; float counts 32."),
               true),
        column(
            QT_TRANSLATE_NOOP("FrontGrid", "SQNR dB"),
            QT_TRANSLATE_NOOP("FrontGrid", "Of the first output against float, measured on the probe set."),
            true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Predicted dB"),
               QT_TRANSLATE_NOOP("FrontGrid", "The same from the isolated effects of the layers, added up."),
               true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Loss %"),
               QT_TRANSLATE_NOOP("FrontGrid",
                                 "Probe samples whose top class differs from the float model's, with a 95 % "
                                 "interval."),
               true),
        column(QT_TRANSLATE_NOOP("FrontGrid", "On the front"),
               QT_TRANSLATE_NOOP("FrontGrid", "No other measured plan costs less and is better."), false)};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const AssignmentPoint& point = points[i].point;
        const auto cost = [&](std::size_t index) {
            return index < point.costs.size() ? numberCell(point.costs[index]) : unknownCell();
        };
        Grid::Row row;
        row.id = QString::number(i);
        row.marked = points[i].best;
        const QString name =
            points[i].best ? translated(QT_TRANSLATE_NOOP("FrontGrid", "%1 (best)")).arg(pointName(points[i]))
                           : pointName(points[i]);
        row.cells = {{name},
                     {bytesText(point.sizeBytes), static_cast<double>(point.sizeBytes)},
                     cost(0),
                     cost(1),
                     cost(2),
                     decibelCell(point.sqnrDb),
                     decibelCell(point.predictedSqnrDb),
                     lossCell(point),
                     {points[i].front ? translated(QT_TRANSLATE_NOOP("FrontGrid", "yes")) : QString()}};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

std::shared_ptr<const Grid> refusalGrid(const std::vector<TargetRefusal>& refusals, const Model& model)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {
        column(QT_TRANSLATE_NOOP("FrontGrid", "Layer"), QT_TRANSLATE_NOOP("FrontGrid", "Where."), false),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Of its"), QT_TRANSLATE_NOOP("FrontGrid", "What cannot run."),
               false),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Nearest"),
               QT_TRANSLATE_NOOP("FrontGrid",
                                 "The nearest choice that the target runs; – where no other format helps."),
               false),
        column(QT_TRANSLATE_NOOP("FrontGrid", "Reason"),
               QT_TRANSLATE_NOOP("FrontGrid",
                                 "Why the target cannot run it. It is simulated all the same, and refused at "
                                 "export."),
               false)};
    for (const TargetRefusal& refusal : refusals) {
        const QString reason = QString::fromStdString(refusal.reason);
        Grid::Row row;
        row.id = QString::fromStdString(refusal.layer) + QLatin1Char('\n') +
                 QString::number(static_cast<int>(refusal.part));
        row.cells = {textCell(layerName(model.layers, refusal.layer)),
                     {partText(refusal.part)},
                     refusal.nearest ? textCell(refusal.nearest->name()) : unknownCell(),
                     {reason, 0, reason}};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

}
