// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/assignment.h"

#include <optional>
#include <vector>

namespace lathe {

/// What a search for bits has found.
struct AssignmentRun
{
    QuantPlan base;                        ///< where it started
    std::vector<AssignmentPoint> measured; ///< in the order in which they came
    std::optional<QuantPlan> best;         ///< within the limits, so far
    std::optional<Assignment> found;       ///< once it has come to its end
};

}
