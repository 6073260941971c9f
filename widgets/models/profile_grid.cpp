// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/profile_grid.h"

#include "widgets/models/layer_row.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <limits>

namespace lathe {
namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("ProfileGrid", text);
}

Grid::Cell unknown()
{
    return {QStringLiteral("–"), std::numeric_limits<double>::quiet_NaN()};
}

Grid::Cell number(double value)
{
    return value > 0 ? Grid::Cell{numberText(value), value} : unknown();
}

Grid::Cell percent(double share)
{
    return {QString::number(100 * share, 'f', 1), share};
}

Grid::Cell milliseconds(const std::optional<StepFigures>& figures)
{
    return figures ? number(figures->step.medianMs) : unknown();
}

/// The form that the line's rates are of: the quantized one where there is one.
const StepFigures& shown(const ProfileRow& row)
{
    return row.quantized ? *row.quantized : *row.floating;
}

Grid::Cell kernel(const StepProfile& step)
{
    return {QString::fromStdString(step.kernel), 0,
            step.reason.empty()
                ? QString()
                : translated(QT_TRANSLATE_NOOP("ProfileGrid", "Kernels before it in the list refused: %1"))
                      .arg(QString::fromStdString(step.reason))};
}

std::vector<Grid::Column> columns(bool quantized)
{
    const auto column = [](const char* title, const char* explanation, bool isNumber) {
        return Grid::Column{translated(title), translated(explanation), isNumber};
    };
    std::vector<Grid::Column> all{
        column(QT_TRANSLATE_NOOP("ProfileGrid", "Layer"),
               QT_TRANSLATE_NOOP("ProfileGrid", "The layer, or the step that belongs to none."), false),
        column(QT_TRANSLATE_NOOP("ProfileGrid", "Operator"),
               QT_TRANSLATE_NOOP("ProfileGrid", "What computes it."), false),
        column(
            QT_TRANSLATE_NOOP("ProfileGrid", "Float ms"),
            QT_TRANSLATE_NOOP(
                "ProfileGrid",
                "Median time of the step in the float program; – where it is computed within another step."),
            true),
    };
    if (quantized) {
        all.push_back(column(
            QT_TRANSLATE_NOOP("ProfileGrid", "Integer ms"),
            QT_TRANSLATE_NOOP("ProfileGrid",
                              "Median time of the step in the quantized program on 8-bit kernels; what none "
                              "of them takes is simulated in float. The column of kernels says which."),
            true));
        all.push_back(
            column(QT_TRANSLATE_NOOP("ProfileGrid", "× float"),
                   QT_TRANSLATE_NOOP("ProfileGrid", "Integer time by float time; above 1 is slower."), true));
    }
    for (Grid::Column more :
         {column(QT_TRANSLATE_NOOP("ProfileGrid", "Share %"),
                 QT_TRANSLATE_NOOP("ProfileGrid", "Share of the time of all steps."), true),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "GFLOP/s"),
                 QT_TRANSLATE_NOOP("ProfileGrid",
                                   "Multiplications and additions a second, in thousand millions."),
                 true),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "MB moved"),
                 QT_TRANSLATE_NOOP("ProfileGrid",
                                   "Weights read, activations read and written, in millions of bytes."),
                 true),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "GB/s"),
                 QT_TRANSLATE_NOOP("ProfileGrid", "Those bytes by the time."), true),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "Bound by"),
                 QT_TRANSLATE_NOOP("ProfileGrid",
                                   "What would limit the step on this machine: its operations or its bytes."),
                 false),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "Of peak %"),
                 QT_TRANSLATE_NOOP("ProfileGrid", "Time that the machine's measured rates allow by the time "
                                                  "that the step took; 100 is all that the machine can do."),
                 true),
          column(QT_TRANSLATE_NOOP("ProfileGrid", "Kernel"),
                 QT_TRANSLATE_NOOP("ProfileGrid", "The implementation, with what is fused into it."), false)})
        all.push_back(std::move(more));
    if (quantized)
        all.push_back(
            column(QT_TRANSLATE_NOOP("ProfileGrid", "Why slower"),
                   QT_TRANSLATE_NOOP(
                       "ProfileGrid",
                       "What the integer step does that the float one does not; only where it is slower."),
                   false));
    return all;
}

Grid::Row gridRow(const ProfileRow& row, const Model& model, bool quantized)
{
    const StepFigures& figures = shown(row);
    const auto layer = std::find_if(model.layers.begin(), model.layers.end(),
                                    [&](const Layer& one) { return one.id == row.id; });
    Grid::Row result;
    result.id = QString::fromStdString(row.id);
    result.marked = !row.why.empty() && row.ratio() > 0;
    result.cells = {{profileRowName(row, model), 0},
                    {layer != model.layers.end() ? operatorText(*layer) : QString::fromStdString(row.op), 0},
                    milliseconds(row.floating)};
    if (quantized) {
        result.cells.push_back(milliseconds(row.quantized));
        result.cells.push_back(row.ratio() > 0 ? Grid::Cell{QString::number(row.ratio(), 'f', 2), row.ratio(),
                                                            QString::fromStdString(row.why)}
                                               : unknown());
    }
    result.cells.push_back(percent(figures.share));
    result.cells.push_back(number(figures.gflops));
    result.cells.push_back(number(static_cast<double>(figures.step.movedBytes()) * 1e-6));
    result.cells.push_back(number(figures.gbPerSecond));
    result.cells.push_back({figures.computeBound ? translated(QT_TRANSLATE_NOOP("ProfileGrid", "operations"))
                                                 : translated(QT_TRANSLATE_NOOP("ProfileGrid", "memory")),
                            0});
    result.cells.push_back(percent(figures.ofPeak()));
    result.cells.push_back(kernel(figures.step));
    if (quantized) {
        const QString why = QString::fromStdString(row.why);
        result.cells.push_back({why, 0, why});
    }
    return result;
}

}

QString profileRowName(const ProfileRow& row, const Model& model)
{
    for (const Layer& layer : model.layers)
        if (layer.id == row.id)
            return QString::fromStdString(layer.name);
    return QString::fromStdString(row.node);
}

std::shared_ptr<const Grid> profileGrid(const ProfileReport& report, const Model& model)
{
    const bool quantized = report.quantizedMs > 0;
    auto grid = std::make_shared<Grid>();
    grid->columns = columns(quantized);
    for (const ProfileRow& row : report.rows)
        grid->rows.push_back(gridRow(row, model, quantized));
    return grid;
}

std::vector<const ProfileRow*> slowestRows(const ProfileReport& report, std::size_t most)
{
    std::vector<const ProfileRow*> rows;
    for (const ProfileRow& row : report.rows)
        rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const ProfileRow* a, const ProfileRow* b) {
        return shown(*a).step.medianMs > shown(*b).step.medianMs;
    });
    rows.resize(std::min(rows.size(), most));
    return rows;
}

}
