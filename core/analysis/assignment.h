// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/sensitivity.h"
#include "core/analysis/what_if.h"

namespace lathe {

/// Something that bit-widths cost besides accuracy, with what it may be in total.
struct CostLimit
{
    std::string id; ///< "sizeBytes", "latencyMs", "energyMj"
    double limit = std::numeric_limits<double>::infinity();
    /// What a layer costs at these bits (32: float).
    std::function<double(const Layer& layer, int weightBits, int activationBits)> cost;
};

struct AssignmentOptions
{
    double maxSizeBytes = std::numeric_limits<double>::infinity(); ///< of the packed model
    std::vector<CostLimit> limits;                                 ///< further ones
    /// Loss that is allowed, as `drop` measures it; not set: the limits decide.
    std::optional<double> maxDrop;
    std::function<double(const QuantPlan&, const Control&)> drop;
    /// Whether the target can run a layer at these bits; empty: any.
    std::function<bool(const Layer& layer, int weightBits, int activationBits)> allowed;
    int frontPoints = 8; ///< sizes between the smallest and the largest plan that are solved for
    int repairs = 12;    ///< measured attempts to do better than the prediction
    /// Called for each plan that is the best one so far, so that it can be saved.
    std::function<void(const QuantPlan&)> best;
};

/// A plan with what was predicted from isolated effects, and what the probe set says.
struct AssignmentPoint
{
    QuantPlan plan;
    std::string origin; ///< "assigned", "repaired" or "uniform 4"
    std::int64_t sizeBytes = 0;
    double predictedSqnrDb = 0;
    double sqnrDb = 0;
    double agreement = 0, agreementLow = 0, agreementHigh = 0;
    bool withinLimits = true;
};

struct Assignment
{
    AssignmentPoint best;
    std::vector<AssignmentPoint> front; ///< no other measured plan is smaller and better; from small to large
    int evaluations = 0;                ///< plans measured
    std::optional<double> drop;         ///< of the best plan, where a limit on it was set
};

/// Chooses bits for every layer: an integer programme over the isolated effects (their noise powers add up as
/// long as errors are small and independent), then true evaluation on the probe set of `whatIf`, and repair
/// where layers interact. Locked layers keep what `base` gives them; the first and the last layer count as
/// four times as sensitive as estimated where nothing was measured. Throws Error{limitNotReachable} when no
/// plan fits, Error{stopped}.
Assignment assignBits(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
                      const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options,
                      const Control& control);

}
