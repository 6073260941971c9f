// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/what_if.h"
#include "core/evaluation/evaluate.h"
#include "core/quant/target_refusals.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lathe {

/// The loss that the budget bar shows: positive is worse, in the metric's own unit.
struct PlanLoss
{
    std::string metric; ///< "top1", "agreement"
    double loss = 0;
    double low = 0;
    double high = 0;
    std::int64_t samples = 0;
};

/// What is known of a plan's cost, wherever it was measured: on the probe set, or in a validation run.
struct PlanFigures
{
    QuantPlan plan;
    std::shared_ptr<const Resolved> resolved; ///< null in figures of a stored run
    std::map<std::string, LayerFigures> layers;
    std::map<std::string, double> weightSqnrDb;
    std::vector<TargetRefusal> targetRefusals; ///< what the plan's target cannot run
    std::vector<OutputFigures> outputs;
    std::optional<PlanLoss> loss;
    std::int64_t floatBytes = 0;
    std::int64_t sizeBytes = 0; ///< 0: not known
    bool fromRun = false;

    const LayerFigures* layer(const std::string& id) const;
};

/// What the weights of each layer cost at the output, in one plan.
struct PlanGains
{
    QuantPlan plan;
    std::map<std::string, double> sqnrDb; ///< by layer id: output SQNR that comes back with that layer's weights in float
};

std::shared_ptr<const PlanFigures> figuresOf(const WhatIfResult& result,
                                             std::vector<TargetRefusal> targetRefusals = {});
/// Of a stored run whose plan is `plan`.
std::shared_ptr<const PlanFigures> figuresOf(const EvaluationRun& run, const QuantPlan& plan);
/// The metric that stands for a run: the data set's own, else the first one.
std::optional<PlanLoss> lossOf(const EvaluationRun& run, const std::string& metric);

}
