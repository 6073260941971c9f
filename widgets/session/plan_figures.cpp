// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/plan_figures.h"

namespace lathe {

const LayerFigures* PlanFigures::layer(const std::string& id) const
{
    const auto found = layers.find(id);
    return found == layers.end() ? nullptr : &found->second;
}

std::shared_ptr<const PlanFigures> figuresOf(const WhatIfResult& result, std::vector<TargetRefusal> targetRefusals)
{
    auto figures = std::make_shared<PlanFigures>();
    figures->plan = result.plan;
    figures->resolved = result.resolved;
    for (const LayerFigures& layer : result.layers)
        figures->layers[layer.id] = layer;
    figures->weightSqnrDb = result.weightSqnrDb;
    figures->targetRefusals = std::move(targetRefusals);
    figures->outputs = result.outputs;
    figures->floatBytes = result.floatBytes;
    figures->sizeBytes = result.sizeBytes;
    // Disagreement with the float model is what a plan loses on samples that need no labels.
    if (result.givesClasses)
        figures->loss = PlanLoss{"agreement", 1 - result.agreement, 1 - result.agreementHigh, 1 - result.agreementLow, 0};
    return figures;
}

std::shared_ptr<const PlanFigures> figuresOf(const EvaluationRun& run, const QuantPlan& plan)
{
    auto figures = std::make_shared<PlanFigures>();
    figures->plan = plan;
    for (const LayerFigures& layer : run.layers)
        figures->layers[layer.id] = layer;
    figures->outputs = run.outputs;
    figures->fromRun = true;
    return figures;
}

std::optional<PlanLoss> lossOf(const EvaluationRun& run, const std::string& metric)
{
    const MetricResult* chosen = run.metric(metric);
    if (!chosen && !run.metrics.empty())
        chosen = &run.metrics.front();
    if (!chosen)
        return std::nullopt;
    return PlanLoss{chosen->id, chosen->loss, chosen->low, chosen->high, static_cast<std::int64_t>(run.samples.size())};
}

}
