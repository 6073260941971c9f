// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calibration/statistics.h"
#include "core/project/model.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"
#include "widgets/panels/facts.h"
#include "widgets/views/histogram_data.h"

#include <memory>
#include <vector>

namespace lathe {

/// What the inspector asks about one layer; all by value or shared, so that a worker can answer.
struct InspectionRequest
{
    std::string layer;
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Statistics> statistics;
    std::shared_ptr<const Resolved> resolved; ///< may be null: no grid yet
    QuantPlan plan;
};

/// One layer's numbers: both distributions with their grids, the arithmetic in words, who set the ends.
struct Inspection
{
    std::string layer;
    std::shared_ptr<const HistogramData> activations; ///< null where nothing is known
    std::shared_ptr<const HistogramData> weights;     ///< null for layers without any
    std::vector<Fact> activationFacts;
    std::vector<Fact> weightFacts;
    std::int64_t minimumSample = -1;
    std::int64_t maximumSample = -1;
    std::vector<std::int64_t> widestSamples; ///< those with the largest range, widest first
};

/// Slow for large tensors: made on a worker.
std::shared_ptr<const Inspection> inspect(const InspectionRequest& request);

}
