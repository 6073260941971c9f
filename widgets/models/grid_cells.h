// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/layers.h"
#include "widgets/models/grid_model.h"

#include <string>
#include <vector>

namespace lathe {

/// The name of a layer; its id where there is none of that id.
std::string layerName(const std::vector<Layer>& layers, const std::string& id);

Grid::Cell textCell(const std::string& value);
/// Three digits.
Grid::Cell numberCell(double value);
Grid::Cell decibelCell(double value);
/// A share in percent.
Grid::Cell shareCell(double value);
/// "–"; sorts as no number.
Grid::Cell unknownCell();

/// A text of the tables of a validation run, marked with QT_TRANSLATE_NOOP("RunGrids", ...).
QString runText(const char* text);
/// A column of such a table.
Grid::Column runColumn(const char* title, const char* explanation, bool number);

}
