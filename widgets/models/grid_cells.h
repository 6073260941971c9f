// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/grid_model.h"

#include <string>

namespace lathe {

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
