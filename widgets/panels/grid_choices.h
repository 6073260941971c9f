// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/numeric/number_format.h"
#include "widgets/session/plan_edits.h"

#include <QString>
#include <utility>
#include <vector>

namespace lathe {

/// What a person can choose of scales and grids, with its words, in the order of a list.
std::vector<std::pair<QString, Granularity>> granularityChoices();
std::vector<std::pair<QString, GridKind>> gridChoices();

}
