// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/layer_model.h"

namespace lathe {

/// What the columns of layer tables say, and how they sort.
QString columnTitle(LayerColumn column);
QString columnExplanation(LayerColumn column);
QString columnText(const LayerRow& row, LayerColumn column);
/// The value that an editor starts from: the format's name.
QString columnEdit(const LayerRow& row, LayerColumn column);
QString columnTooltip(const LayerRow& row, LayerColumn column);
/// double for numbers (NaN where unknown), else text.
QVariant columnSortKey(const LayerRow& row, LayerColumn column);
bool columnIsNumber(LayerColumn column);
/// True for figures that an edit of the plan makes stale.
bool columnIsMeasured(LayerColumn column);

}
