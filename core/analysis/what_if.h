// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/calibration/statistics.h"
#include "core/data/samples.h"
#include "core/evaluation/evaluate.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"

namespace lathe {

/// What the current plan costs, at one moment.
struct WhatIfResult {
    QuantPlan plan;
    std::shared_ptr<const Resolved> resolved;
    std::vector<LayerFigures> layers;         ///< on the probe set; empty, as weights and sizes, without layerFigures
    std::map<std::string, double> weightSqnrDb;  ///< by layer id, of the weights alone
    std::vector<OutputFigures> outputs;
    double outputSqnrDb = 0;                  ///< of the first graph output, before a last Softmax (WatchedOutputs)
    double agreement = 0;                     ///< top-1 agreement with float on the probe set
    bool givesClasses = true;                 ///< agreement means something: the first output gives classes
    double agreementLow = 0, agreementHigh = 0;  ///< 95 % interval (Wilson)
    std::int64_t floatBytes = 0;
    std::int64_t sizeBytes = 0;               ///< packedSizeBytes of the plan
    double seconds = 0;                       ///< what the update took
    std::int64_t stepsRun = 0, stepsReused = 0;
};

/// Answers "what does this choice cost" on a probe set: a compiled program with every point switchable, float activations
/// and boundary values kept under a memory budget (architecture, decision 4), so that a change in layer k re-runs only
/// what depends on k. Not thread-safe; one job uses it at a time.
class WhatIf {
public:
    struct Options {
        int probeSamples = 16;
        int workers = 0;
        std::int64_t cacheBytes = std::int64_t{512} << 20;
        Precision precision = Precision::simulated;
        bool layerFigures = true;  ///< false: only what leaves the graph is measured, which is several times quicker
    };

    /// Compiles, loads the probe samples (the first `probeSamples` of `samples`) and runs them in float.
    WhatIf(std::shared_ptr<const Graph> graph, std::vector<Layer> layers, std::shared_ptr<const Statistics> statistics,
           const Samples& samples, const PlacementRules& rules, Options options, const Control& control);
    ~WhatIf();

    /// Figures of `plan`; reuses what the previous call already knows. Throws Error{stopped}: the state then still
    /// answers for the plan before.
    std::shared_ptr<const WhatIfResult> update(const QuantPlan& plan, const Control& control);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace lathe
