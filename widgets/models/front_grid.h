// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/assignment_run.h"
#include "core/project/model.h"
#include "core/quant/target_refusals.h"
#include "widgets/models/grid_model.h"

#include <memory>

namespace lathe {

/// A plan of a search as it is shown, with what it is.
struct ShownPoint
{
    AssignmentPoint point;
    bool front = false;
    bool uniform = false;
    bool best = false; ///< within the limits
};

/// The front and the uniform plans by size; while the search runs, or where it was stopped, all that was
/// measured. A row's id is its index here.
std::vector<ShownPoint> shownPoints(const AssignmentRun& run);
/// "8 bits everywhere", "Assigned".
QString pointName(const ShownPoint& shown);
std::shared_ptr<const Grid> frontGrid(const std::vector<ShownPoint>& points);

/// What a target cannot run, with the reason and the nearest choice that it can.
std::shared_ptr<const Grid> refusalGrid(const std::vector<TargetRefusal>& refusals, const Model& model);

}
