// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/assignment.h"
#include "core/base/json.h"

namespace lathe {

/// What a search for bits was asked to keep and to make least.
struct AssignmentLimits
{
    double maxSizeBytes = std::numeric_limits<double>::infinity();
    double maxLatencyMs = std::numeric_limits<double>::infinity();
    double maxEnergyMj = std::numeric_limits<double>::infinity();
    double maxMeanBits = std::numeric_limits<double>::infinity();
    std::optional<double> maxDrop;
    std::string minimize = "sizeBytes";
    double timeBudgetSeconds = 0; ///< 0 = none

    bool operator==(const AssignmentLimits&) const = default;
};

/// What a search for bits has found so far: kept in the project, so that also one that was stopped can be
/// opened.
struct AssignmentRun
{
    QuantPlan base; ///< where it started
    AssignmentLimits limits;
    std::vector<AssignmentPoint>
        measured; ///< in the order in which they came; costs are latency, energy and mean bits
    std::optional<std::size_t> best; ///< place of the best one within the limits
    bool complete = false;           ///< it came to its end

    /// Remembers which of the plans measured so far is the best one.
    void setBest(const QuantPlan& plan);
    const AssignmentPoint* bestPoint() const { return best ? &measured[*best] : nullptr; }
    /// Of what was measured so far.
    std::vector<AssignmentPoint> front() const;
};

/// As the project file keeps it; reads back the same.
Json assignmentRunToJson(const AssignmentRun& run);
/// Throws Error{jsonField, planInvalid}.
AssignmentRun assignmentRunFromJson(const Json& json, const std::string& where);

}
