// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_columns.h"

#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <array>
#include <limits>

namespace lathe {
namespace {

struct Column
{
    LayerColumn column;
    const char* title;
    const char* explanation;
    bool number;
    bool measured;
};

constexpr std::array<Column, 15> columns{{
    {LayerColumn::name, QT_TRANSLATE_NOOP("LayerColumn", "Layer"),
     QT_TRANSLATE_NOOP("LayerColumn", "Name of the layer: its node, together with the batch-norm and clamp folded into it."),
     false, false},
    {LayerColumn::op, QT_TRANSLATE_NOOP("LayerColumn", "Operator"),
     QT_TRANSLATE_NOOP("LayerColumn", "The operator that computes the layer."), false, false},
    {LayerColumn::inputShape, QT_TRANSLATE_NOOP("LayerColumn", "Input"),
     QT_TRANSLATE_NOOP("LayerColumn", "Shape of the layer's first input; ? where it is not fixed."), true, false},
    {LayerColumn::outputShape, QT_TRANSLATE_NOOP("LayerColumn", "Output"),
     QT_TRANSLATE_NOOP("LayerColumn", "Shape of the layer's activations; ? where it is not fixed."), true, false},
    {LayerColumn::parameters, QT_TRANSLATE_NOOP("LayerColumn", "Parameters"),
     QT_TRANSLATE_NOOP("LayerColumn", "Number of weights and biases, folded batch-norms included."), true, false},
    {LayerColumn::macs, QT_TRANSLATE_NOOP("LayerColumn", "MACs"),
     QT_TRANSLATE_NOOP("LayerColumn", "Multiply-accumulates for one sample."), true, false},
    {LayerColumn::weights, QT_TRANSLATE_NOOP("LayerColumn", "W"),
     QT_TRANSLATE_NOOP("LayerColumn", "Number format of the weights. Keys: 2 to 8, F for float; with Alt the weights alone."),
     false, false},
    {LayerColumn::activations, QT_TRANSLATE_NOOP("LayerColumn", "A"),
     QT_TRANSLATE_NOOP("LayerColumn",
                       "Number format of the activations. Keys: 2 to 8, F for float; with Shift the activations alone."),
     false, false},
    {LayerColumn::weightSqnr, QT_TRANSLATE_NOOP("LayerColumn", "W dB"),
     QT_TRANSLATE_NOOP("LayerColumn",
                       "Signal to quantization noise of the weights alone: 10 log10(sum of w² / sum of errors²)."),
     true, true},
    {LayerColumn::localSqnr, QT_TRANSLATE_NOOP("LayerColumn", "Local dB"),
     QT_TRANSLATE_NOOP("LayerColumn",
                       "SQNR when only this tensor is quantized: its own grid on the float values of the probe set."),
     true, true},
    {LayerColumn::accumulatedSqnr, QT_TRANSLATE_NOOP("LayerColumn", "Accum. dB"),
     QT_TRANSLATE_NOOP("LayerColumn",
                       "SQNR of the quantized run against the float run at this place: errors of all layers before included."),
     true, true},
    {LayerColumn::clipped, QT_TRANSLATE_NOOP("LayerColumn", "Clip %"),
     QT_TRANSLATE_NOOP("LayerColumn", "Share of the activation values that lie outside the grid."), true, true},
    {LayerColumn::size, QT_TRANSLATE_NOOP("LayerColumn", "Size"),
     QT_TRANSLATE_NOOP("LayerColumn", "Bytes of the weights at their bit-width, with biases and scales."), true, false},
    {LayerColumn::lossPerKib, QT_TRANSLATE_NOOP("LayerColumn", "dB / KiB"),
     QT_TRANSLATE_NOOP("LayerColumn",
                       "Output SQNR lost for each KiB that the format of these weights saves: what comes back on the probe set "
                       "when they alone return to float. Run > Measure loss per KiB fills it."),
     true, false},
    {LayerColumn::problem, QT_TRANSLATE_NOOP("LayerColumn", "Remark"),
     QT_TRANSLATE_NOOP("LayerColumn", "Why a layer cannot run, or what the plan asked for that cannot be had."), false, false},
}};

const Column& find(LayerColumn column)
{
    for (const Column& entry : columns)
        if (entry.column == column)
            return entry;
    return columns.front();
}

QString translated(const char* text)
{
    return QCoreApplication::translate("LayerColumn", text);
}

const QString unknown = QStringLiteral("–");

QString decibels(const std::optional<double>& value)
{
    return value ? sqnrText(*value) : unknown;
}

QString percent(const std::optional<double>& share)
{
    if (!share)
        return unknown;
    if (*share == 0)
        return QStringLiteral("0");
    return *share < 0.0001 ? QStringLiteral("<0.01") : QString::number(*share * 100, 'f', 2);
}

double sortable(const std::optional<double>& value)
{
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

/// As the tables show it: none is "–".
double counted(std::int64_t value)
{
    return sortable(value > 0 ? std::optional<double>(static_cast<double>(value)) : std::nullopt);
}

}

QString columnTitle(LayerColumn column)
{
    return translated(find(column).title);
}

QString columnExplanation(LayerColumn column)
{
    return translated(find(column).explanation);
}

bool columnIsNumber(LayerColumn column)
{
    return find(column).number;
}

bool columnIsMeasured(LayerColumn column)
{
    return find(column).measured;
}

QString columnText(const LayerRow& row, LayerColumn column)
{
    switch (column) {
    case LayerColumn::name: return row.name;
    case LayerColumn::op: return row.op;
    case LayerColumn::inputShape: return row.inputShape;
    case LayerColumn::outputShape: return row.outputShape;
    case LayerColumn::parameters: return row.parameters > 0 ? countText(row.parameters) : unknown;
    case LayerColumn::macs: return row.macs > 0 ? countText(row.macs) : unknown;
    case LayerColumn::weights: return row.hasWeights ? QString::fromStdString(row.weights.name()) : unknown;
    case LayerColumn::activations: return QString::fromStdString(row.activations.name());
    case LayerColumn::weightSqnr: return row.hasWeights ? decibels(row.weightSqnrDb) : unknown;
    case LayerColumn::localSqnr: return decibels(row.localSqnrDb);
    case LayerColumn::accumulatedSqnr: return decibels(row.accumulatedSqnrDb);
    case LayerColumn::clipped: return percent(row.clippedShare);
    case LayerColumn::size: return row.sizeBytes > 0 ? bytesText(row.sizeBytes) : unknown;
    case LayerColumn::lossPerKib: return row.lossPerKib ? numberText(*row.lossPerKib) : unknown;
    case LayerColumn::problem: return row.problem;
    }
    return {};
}

QString columnEdit(const LayerRow& row, LayerColumn column)
{
    if (column == LayerColumn::weights)
        return QString::fromStdString(row.weights.name());
    if (column == LayerColumn::activations)
        return QString::fromStdString(row.activations.name());
    return columnText(row, column);
}

QString columnTooltip(const LayerRow& row, LayerColumn column)
{
    if (column == LayerColumn::problem || row.unsupported)
        return row.problem;
    if (column == LayerColumn::name)
        return row.name + QLatin1Char('\n') + row.id + (row.locked ? QLatin1Char('\n') + translated(QT_TRANSLATE_NOOP("LayerColumn", "Locked: edits leave it alone (Space unlocks).")) : QString());
    if (column == LayerColumn::parameters || column == LayerColumn::macs)
        return QLocale().toString(static_cast<qlonglong>(column == LayerColumn::macs ? row.macs : row.parameters));
    if (column == LayerColumn::lossPerKib && row.hasWeights && !row.lossPerKib && !row.weights.isFloat32())
        return translated(QT_TRANSLATE_NOOP("LayerColumn", "Not measured for this format: Run > Measure loss per KiB (Ctrl+L)."));
    if (column == LayerColumn::lossPerKib && row.lossIsOld)
        return columnExplanation(column) + QLatin1Char('\n') +
               translated(QT_TRANSLATE_NOOP("LayerColumn", "Measured before other layers were changed; measure again for the present plan."));
    return columnExplanation(column);
}

QVariant columnSortKey(const LayerRow& row, LayerColumn column)
{
    switch (column) {
    case LayerColumn::parameters: return counted(row.parameters);
    case LayerColumn::macs: return counted(row.macs);
    case LayerColumn::weights:
        return sortable(row.hasWeights ? std::optional<double>(row.weights.bits) : std::nullopt);
    case LayerColumn::activations: return static_cast<double>(row.activations.bits);
    case LayerColumn::weightSqnr: return sortable(row.weightSqnrDb);
    case LayerColumn::localSqnr: return sortable(row.localSqnrDb);
    case LayerColumn::accumulatedSqnr: return sortable(row.accumulatedSqnrDb);
    case LayerColumn::clipped: return sortable(row.clippedShare);
    case LayerColumn::size: return counted(row.sizeBytes);
    case LayerColumn::lossPerKib: return sortable(row.lossPerKib);
    default: return columnText(row, column);
    }
}

}
