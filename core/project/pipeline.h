// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/algorithms/run_algorithms.h"
#include "core/base/control.h"
#include "core/analysis/assignment.h"
#include "core/analysis/sensitivity.h"
#include "core/calibration/collect.h"
#include "core/data/samples.h"
#include "core/evaluation/evaluate.h"
#include "core/project/assignment_run.h"
#include "core/project/model.h"
#include "core/project/project.h"
#include "core/quant/export_qdq.h"
#include "core/quant/quant_plan.h"
#include "core/quant/resolve.h"
#include "core/quant/target_refusals.h"
#include "core/runtime/run_mode.h"
#include "core/targets/cost.h"

namespace lathe {

/// The stages that window and command line both drive. Each takes values and gives a value; nothing is remembered here.

/// Opens the dataset file for the model's inputs.
std::shared_ptr<const Dataset> openDatasetFor(const Model& model, const Path& file, const Fs& fs, ImageDecoder decoder,
                                              std::uint64_t seed, const Control& control);

Statistics calibrate(const Model& model, const Dataset& dataset, const CollectOptions& options, const Control& control);

/// A plan made concrete for its target: grids, codes, the quantized graph, and what was refused.
struct Quantized {
    QuantPlan plan;
    Resolved resolved;
    Graph applied;                 ///< quantized graph of the target
    std::int64_t packedBytes = 0;
    std::vector<Refusal> targetRefusals;  ///< what the target cannot run: simulated all the same, refused at export
    PlanCost cost;                        ///< on the target, by its cost model
    /// What algorithms made: their float graph, its statistics and the corrected biases. Null where none changed anything.
    std::shared_ptr<const QuantState> adjusted;
    std::vector<AlgorithmStep> steps;   ///< the algorithms that ran, in order

    /// Of the plan alone, or of what algorithms made of it too: runs are kept by it.
    Digest digest() const;
    /// The float graph behind it: the model's, or an equalized one.
    const Graph& floatGraph(const Model& model) const { return adjusted ? adjusted->graph : model.graph; }
};
std::shared_ptr<const Quantized> quantize(const Model& model, const QuantPlan& plan, const Statistics& statistics,
                                          const Control& control);

/// Algorithms to run after quantizing, and the calibration samples for them.
struct AlgorithmPlan {
    std::vector<AlgorithmChoice> choices;
    const Dataset& dataset;
    int workers = 0;   ///< 0 = all cores
};
std::shared_ptr<const Quantized> quantize(const Model& model, const QuantPlan& plan, const Statistics& statistics,
                                          const AlgorithmPlan& algorithms, const Control& control);
/// A plan with the state that algorithms left: that is what is simulated, shown and written.
std::shared_ptr<const Quantized> quantizedWith(const Model& model, const QuantPlan& plan, QuantState state,
                                               std::vector<AlgorithmStep> steps);
/// A quantized file (QDQ, QOperator) as it is: encodings and codes lifted.
std::shared_ptr<const Quantized> quantizedAsIs(const Model& model);

struct ValidateOptions {
    EvaluateOptions evaluate;
    RunMode mode = RunMode::simulated;  ///< of the quantized model
    Split split = Split::validation;
};
EvaluationRun validate(const Model& model, const Quantized& quantized, const Dataset& dataset,
                       const ValidateOptions& options, const Control& control);

/// The isolated effect of every layer, on the calibration split: the validation split stays unseen.
Sensitivity sensitivity(const Model& model, const QuantPlan& plan, const Statistics& statistics, const Dataset& dataset,
                        const SensitivityOptions& options, const Control& control);

/// What bits every layer should have. Everything is measured on the calibration split, so that the validation split stays
/// unseen; with `maxDrop`, losses of `metric` there decide. Choices are those that the plan's target can run; its cost
/// model gives latency and energy, which `assignment.limits` are replaced by, with the mean bits of a weight as the
/// third. `assignment.timeBudgetSeconds` is that of the whole search: measuring single layers gets half of it.
/// `assignment.store` keeps what both measure.
struct AssignOptions {
    SensitivityOptions sensitivity;
    AssignmentOptions assignment;
    double maxLatencyMs = std::numeric_limits<double>::infinity();
    double maxEnergyMj = std::numeric_limits<double>::infinity();
    double maxMeanBits = std::numeric_limits<double>::infinity();  ///< of a weight
    std::string metric = "top1";
    int workers = 0;
};
AssignmentLimits limitsOf(const AssignOptions& options);
Assignment assign(const Model& model, const QuantPlan& base, std::shared_ptr<const Statistics> statistics,
                  const Dataset& dataset, const AssignOptions& options, const Control& control);

/// The ONNX file of a quantized model; re-read and compared before it is returned. Throws Error{notExportable}.
Bytes exportOnnx(const Model& model, const Quantized& quantized, const ExportOptions& options, const Control& control);

/// Per-layer figures of `quantize`'s JSON, from statistics and codes alone.
struct LayerSummary {
    std::string id;
    std::string weights;       ///< format name or "float32"
    std::string activations;
    double weightSqnrDb = 0;   ///< +infinity when exact or without weights
    double activationSqnrDb = 0;
};
std::vector<LayerSummary> layerSummaries(const Model& model, const Quantized& quantized, const Statistics& statistics);

}  // namespace lathe
