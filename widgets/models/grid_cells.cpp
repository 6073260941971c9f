// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/grid_cells.h"

#include "widgets/support/number_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

namespace lathe {

std::string layerName(const std::vector<Layer>& layers, const std::string& id)
{
    const auto layer = std::find_if(layers.begin(), layers.end(), [&](const Layer& one) { return one.id == id; });
    return layer == layers.end() ? id : layer->name;
}

Grid::Cell textCell(const std::string& value)
{
    return {QString::fromStdString(value), 0};
}

Grid::Cell numberCell(double value)
{
    return {numberText(value), value};
}

Grid::Cell decibelCell(double value)
{
    return {sqnrText(value), value};
}

Grid::Cell shareCell(double value)
{
    const QString shown = value == 0         ? QStringLiteral("0")
                          : value < 0.0001 ? QStringLiteral("<0.01")
                                           : QString::number(value * 100, 'f', 2);
    return {shown, value};
}

Grid::Cell unknownCell()
{
    return {QStringLiteral("–"), std::numeric_limits<double>::quiet_NaN()};
}

QString runText(const char* text)
{
    return QCoreApplication::translate("RunGrids", text);
}

Grid::Column runColumn(const char* title, const char* explanation, bool number)
{
    return {runText(title), runText(explanation), number};
}

}
