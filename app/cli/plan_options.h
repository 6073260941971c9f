// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"
#include "core/base/fs.h"
#include "core/project/model.h"
#include "core/quant/quant_plan.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace lathe::cli {

/// The options that say how to quantize.
struct PlanOptions
{
    std::string weights;
    std::string activations;
    std::string granularity;
    std::string method;
    std::string algorithms;
    std::string planFile;
    std::string target;
    int endBits = 0; ///< at least, at both ends of the model; 0: as everywhere else

    /// None was given.
    bool empty() const;
};

void addPlanOptions(CLI::App& command, PlanOptions& options);

/// The plan that the options ask for of a model, on top of `base` or of the plan file. Throws UsageError for a value that
/// an option does not take, and Error for a bad plan file.
QuantPlan planFor(const PlanOptions& options, QuantPlan base, const Model& model, const Fs& fs);
/// The algorithms that they ask for, in the order of composition. Throws UsageError.
std::vector<AlgorithmChoice> algorithmsFor(const PlanOptions& options);

}
