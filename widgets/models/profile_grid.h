// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/model.h"
#include "core/runtime/profile_report.h"
#include "widgets/models/grid_model.h"

#include <memory>
#include <vector>

namespace lathe {

/// A profile as a table, one line a step of the program; lines whose quantized form is slower than the float one are
/// marked.
std::shared_ptr<const Grid> profileGrid(const ProfileReport& report, const Model& model);

/// The name that tables show for a row: the layer's, else the node's.
QString profileRowName(const ProfileRow& row, const Model& model);

/// The rows that take the longest, in whichever form runs, longest first.
std::vector<const ProfileRow*> slowestRows(const ProfileReport& report, std::size_t most);

}
