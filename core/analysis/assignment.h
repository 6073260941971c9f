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
    std::string id;                                         ///< "latencyMs", "energyMj"
    double limit = std::numeric_limits<double>::infinity(); ///< infinite: only reported
    /// What a layer costs in these formats, whatever its neighbours have.
    std::function<double(const Layer& layer, const LayerFormats& formats)> cost;
    /// What a whole quantized graph costs; empty: the sum over its layers.
    std::function<double(const Graph& applied)> total = {};
};

struct AssignmentPoint;

struct AssignmentOptions
{
    double maxSizeBytes = std::numeric_limits<double>::infinity(); ///< of the packed model
    std::vector<CostLimit> limits;                                 ///< further ones
    /// Loss that is allowed, as `drop` measures it; not set: the limits decide.
    std::optional<double> maxDrop;
    std::function<double(const QuantPlan&, const Control&)> drop;
    /// What is made least within `maxDrop`: "sizeBytes" or the id of one of `limits`.
    std::string minimize = "sizeBytes";
    /// Whether the target can run a layer in these formats; empty: any.
    std::function<bool(const Layer& layer, const LayerFormats& formats)> allowed;
    /// A chosen plan with what the target runs of it, where neighbours' choices do not go together; empty: as
    /// chosen.
    std::function<QuantPlan(const QuantPlan&)> legal;
    int frontPoints = 8; ///< limits between the least and the greatest cost that are solved for
    int repairs = 12;    ///< measured attempts to do better than the prediction
    /// Ends the search with the best plan so far, once there is one within the limits; 0 = none.
    double timeBudgetSeconds = 0;
    FigureStore* store = nullptr; ///< of plans that are measured already, and for new ones
    Digest subject = {};          ///< of all that a plan's figures come from besides the plan, for the store
    /// Called for each plan that is the best one so far, so that it can be saved.
    std::function<void(const QuantPlan&)> best;
    /// Called for each plan once it was measured.
    std::function<void(const AssignmentPoint&)> measured = {};
};

/// A plan with what was predicted from isolated effects, and what the probe set says.
struct AssignmentPoint
{
    QuantPlan plan;
    std::string origin; ///< "assigned", "repaired" or "uniform 4"
    std::int64_t sizeBytes = 0;
    std::vector<double> costs; ///< of the whole plan, on each of the options' further limits
    double predictedSqnrDb = 0;
    double sqnrDb = 0;
    double agreement = 0, agreementLow = 0, agreementHigh = 0;
    bool withinLimits = true;
};

struct Assignment
{
    AssignmentPoint best;
    std::vector<AssignmentPoint> front;   ///< no other measured plan is cheaper and better; by size
    std::vector<AssignmentPoint> uniform; ///< the same bits everywhere, where allowed; by bits
    int evaluations = 0;                  ///< plans measured
    int reused = 0;                       ///< of these, those that the store knew
    bool complete = true;                 ///< false: the time budget ended the search
    std::optional<double> drop;           ///< of the best plan, where a limit on it was set
};

/// Of measured plans those that no other one beats: no larger, no dearer in any cost that is `counted` (the
/// size, then AssignmentPoint::costs), and better. By size; of equal ones the first.
std::vector<AssignmentPoint> frontOf(const std::vector<AssignmentPoint>& measured,
                                     const std::vector<bool>& counted);
/// The costs that somebody asked about: the size, and what is limited or made least.
std::vector<bool> countedCosts(const AssignmentOptions& options);

/// Chooses bits for every layer: an integer programme over the isolated effects (their noise powers add up as
/// long as errors are small and independent), then true evaluation on the probe set of `whatIf`, and repair
/// where layers interact. Locked layers keep what `base` gives them; the first and the last layer,
/// normalizations and softmax count as four times as sensitive as estimated where nothing was measured.
/// With a store, figures of plans are kept under the digest of `subject` and the plan: a search that is run
/// again goes the way that it went and on from there. Throws Error{limitNotReachable} when no plan fits,
/// Error{unknownName} for `minimize`, Error{stopped}.
Assignment assignBits(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
                      const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options,
                      const Control& control);

}
