// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/pipeline.h"

#include "core/algorithms/output_error.h"
#include "core/analysis/grid_error.h"
#include "core/analysis/target_limits.h"
#include "core/base/version.h"
#include "core/calibration/statistics_io.h"
#include "core/formats/formats.h"
#include "core/runtime/program.h"
#include "core/targets/catalog.h"
#include "core/tensor/compare.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace lathe {
namespace {

[[noreturn]] void failForTarget(const Quantized& quantized)
{
    const Refusal& first = quantized.targetRefusals.front();
    const std::string nearest = first.nearest.empty() ? "Choose another target." : "Nearest choice: " + first.nearest + ".";
    throw Error(ErrorCode::notExportable, first.layer,
                {{"what", "The layer \"" + first.layer + "\""},
                 {"format", "files for \"" + quantized.plan.target + "\""},
                 {"reason", first.reason.substr(0, first.reason.size() - 1)},
                 {"nearest", nearest}});
}

LayerSummary summarize(const Graph& graph, const Layer& layer, const Quantized& quantized, const Statistics& statistics)
{
    LayerSummary summary{layer.id, "float32", "float32", std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::infinity()};
    const Encodings& encodings = quantized.resolved.encodings;
    if (layer.weight.valid()) {
        const Value& weight = graphOf(layer, graph).value(layer.weight);
        if (const auto encoding = encodings.weights.find(weight.name); encoding != encodings.weights.end())
            summary.weights = encoding->second->format.name();
        summary.weightSqnrDb = weightSqnrDb(weight, quantized.resolved);
    }
    const std::string value = valueOfLayer(layer.id);
    if (const auto encoding = encodings.activations.find(value); encoding != encodings.activations.end())
        summary.activations = encoding->second->format.name();
    summary.activationSqnrDb = activationSqnrDb(value, statistics, quantized.resolved);
    return summary;
}

void addTargetFigures(Quantized& quantized, const Model& model, const Target& target)
{
    quantized.packedBytes = packedSizeBytes(quantized.applied);
    quantized.targetRefusals = shownRefusals(targetRefusals(quantized.plan, model.graph, model.layers, target));
    quantized.cost = costOf(quantized.applied, target);
}

/// An exported file must read back as the graph that was written: checked before anybody gets it.
void checkReadsBack(const Bytes& bytes, const Graph& written, const Control& control)
{
    const ImportedModel back = readModel(bytes, "onnx", control);
    if (back.graph.nodes().size() != written.nodes().size())
        throw Error(ErrorCode::internal, "export", {{"what", "the written model reads back differently"}});
}

}

Digest Quantized::digest() const
{
    const Digest chosen = plan.digest();
    return adjusted ? sha256(chosen.hex() + resolved.encodings.digest().hex() + applied.digest().hex()) : chosen;
}

std::shared_ptr<const Dataset> openDatasetFor(const Model& model, const Path& file, const Fs& fs, ImageDecoder decoder,
                                              std::uint64_t seed, const Control& control)
{
    std::optional<Execution> execution;
    const auto run = [&](const TensorMap& inputs) {
        if (!execution) {
            CompileOptions options;
            options.keepSlots = false;
            for (const auto& [name, tensor] : inputs)
                options.inputShapes[name] = tensor.shape();
            execution.emplace(Program::compile(model.graph, options, control));
        }
        return execution->run(inputs, {}, control);
    };
    return Dataset::open(file, inputNeeds(model.graph), fs, std::move(decoder), seed, control, run);
}

Statistics calibrate(const Model& model, const Dataset& dataset, const CollectOptions& options, const Control& control)
{
    requireRunnable(model);
    return whileDoing("calibrating", [&] {
        return collectStatistics(model.graph, *dataset.split(Split::calibration), dataset.info().digest, options, control);
    });
}

std::shared_ptr<const Quantized> quantize(const Model& model, const QuantPlan& plan, const Statistics& statistics,
                                          const Control& control)
{
    requireRunnable(model);
    control.throwIfStopped();
    return whileDoing("quantizing", [&]() -> std::shared_ptr<const Quantized> {
        const TargetPtr target = targetNamed(plan.target);
        auto result = std::make_shared<Quantized>();
        result->plan = plan;
        result->resolved = resolve(plan, model.graph, statistics, target->placement, nullptr, nullptr, control);
        result->applied = applyEncodings(model.graph, result->resolved.encodings, result->resolved.codes);
        addTargetFigures(*result, model, *target);
        return result;
    });
}

std::shared_ptr<const Quantized> quantize(const Model& model, const QuantPlan& plan, const Statistics& statistics,
                                          const AlgorithmPlan& algorithms, const Control& control)
{
    if (algorithms.choices.empty())
        return quantize(model, plan, statistics, control);
    requireRunnable(model);
    return whileDoing("quantizing", [&]() -> std::shared_ptr<const Quantized> {
        const TargetPtr target = targetNamed(plan.target);
        const auto samples = algorithms.dataset.split(Split::calibration);
        QuantState state{model.graph, std::make_shared<const Statistics>(statistics),
                         resolve(plan, model.graph, statistics, target->placement, nullptr, nullptr, control), {}};
        std::vector<AlgorithmStep> steps =
            runAlgorithms(algorithms.choices,
                          {model.graph, plan, target->placement, *samples, algorithms.dataset.info().digest,
                           algorithms.workers},
                          state, control);
        return quantizedWith(model, plan, std::move(state), std::move(steps));
    });
}

std::shared_ptr<const Quantized> quantizedWith(const Model& model, const QuantPlan& plan, QuantState state,
                                               std::vector<AlgorithmStep> steps)
{
    auto result = std::make_shared<Quantized>();
    result->plan = plan;
    result->steps = std::move(steps);
    result->resolved = state.resolved;
    result->applied = quantizedGraph(state);
    addTargetFigures(*result, model, *targetNamed(plan.target));
    result->adjusted = std::make_shared<const QuantState>(std::move(state));
    return result;
}

std::shared_ptr<const Quantized> quantizedAsIs(const Model& model)
{
    requireRunnable(model);
    if (!model.lifted)
        throw Error(ErrorCode::notQuantized, model.path.string());
    auto result = std::make_shared<Quantized>();
    result->resolved.encodings = model.lifted->encodings;
    result->resolved.codes = model.lifted->codes;
    result->applied = applyEncodings(model.lifted->graph, model.lifted->encodings, model.lifted->codes);
    result->packedBytes = packedSizeBytes(result->applied);
    return result;
}

EvaluationRun validate(const Model& model, const Quantized& quantized, const Dataset& dataset,
                       const ValidateOptions& options, const Control& control)
{
    requireRunnable(model);
    return whileDoing("validating", [&] {
        const auto samples = dataset.split(options.split);
        CompileOptions compiling = observable();
        compiling.inputShapes = openShapes(model.graph, *samples);
        const Runnable floating = floatRun(model.graph, control, compiling.inputShapes);
        const Runnable rounded = compileFor(options.mode, quantized.applied, compiling, control);
        const bool sameLayers = !quantized.adjusted || quantized.adjusted->graph.digest() == model.graph.digest();
        EvaluateOptions evaluating = options.evaluate;
        evaluating.layerFigures = options.evaluate.layerFigures && sameLayers;
        EvaluationRun run = evaluate(floating, rounded, model.layers, *samples, evaluating, control);
        if (options.evaluate.layerFigures && !sameLayers)
            run.layers = evaluate(floatRun(quantized.adjusted->graph, control, compiling.inputShapes),
                                  rounded, model.layers, *samples, options.evaluate, control)
                             .layers;
        run.precision = runModeName(options.mode);
        run.data = dataset.info().digest;
        run.plan = quantized.digest();
        return run;
    });
}

Sensitivity sensitivity(const Model& model, const QuantPlan& plan, const Statistics& statistics, const Dataset& dataset,
                        const SensitivityOptions& options, const Control& control)
{
    requireRunnable(model);
    SensitivityOptions complete = options;
    complete.data = dataset.info().digest;
    return measureSensitivity(model.graph, model.layers, statistics, *dataset.split(Split::calibration), plan,
                              targetNamed(plan.target)->placement, complete, control);
}

namespace {

/// All that the figures of a plan come from besides the plan.
Digest subjectOf(const Model& model, const Statistics& statistics, const Dataset& dataset, const Target& target,
                 const AssignOptions& options)
{
    return Hasher()
        .text(version())
        .digest(model.graph.digest())
        .digest(sha256(writeStatistics(statistics)))
        .digest(dataset.info().digest)
        .digest(target.digest)
        .text(options.metric)
        .integer(options.sensitivity.probeSamples)
        .finish();
}

/// Loss of a plan in the dataset's metric, on the calibration split.
double measuredDrop(const Model& model, const QuantPlan& plan, const Statistics& statistics, const Dataset& dataset,
                    const AssignOptions& options, const Control& control)
{
    ValidateOptions validating;
    validating.split = Split::calibration;
    validating.evaluate.workers = options.workers;
    validating.evaluate.layerFigures = false;
    validating.evaluate.metricIds = {options.metric};
    const auto quantized = quantize(model, plan, statistics, control);
    return validate(model, *quantized, dataset, validating, control).metrics.front().loss;
}

}

AssignmentLimits limitsOf(const AssignOptions& options)
{
    const AssignmentOptions& assignment = options.assignment;
    return {assignment.maxSizeBytes, options.maxLatencyMs, options.maxEnergyMj,             options.maxMeanBits,
            assignment.maxDrop,      assignment.minimize,  assignment.timeBudgetSeconds};
}

Assignment assign(const Model& model, const QuantPlan& base, std::shared_ptr<const Statistics> statistics,
                  const Dataset& dataset, const AssignOptions& options, const Control& control)
{
    const TargetPtr target = targetNamed(base.target);
    const auto legal = [&](const QuantPlan& plan) {
        return withNearestChoices(plan, model.graph, model.layers, *target);
    };
    const QuantPlan start = legal(base);
    AssignmentOptions assigning = options.assignment;
    assigning.allowed = targetAllows(model.graph, start, *target);
    assigning.legal = legal;
    assigning.limits = targetLimits(model.graph, model.layers, *statistics, start, *target);
    assigning.limits[0].limit = options.maxLatencyMs;
    assigning.limits[1].limit = options.maxEnergyMj;
    assigning.limits.push_back(meanBitsLimit(model.graph, model.layers));
    assigning.limits[2].limit = options.maxMeanBits;
    if (!assigning.drop)
        assigning.drop = [&](const QuantPlan& plan, const Control& inner) {
            return measuredDrop(model, plan, *statistics, dataset, options, inner);
        };
    if (assigning.store)
        assigning.subject = subjectOf(model, *statistics, dataset, *target, options);
    const auto begun = std::chrono::steady_clock::now();
    SensitivityOptions measuring = options.sensitivity;
    measuring.store = assigning.store;
    measuring.timeBudgetSeconds = assigning.timeBudgetSeconds / 2;
    measuring.wanted = assigning.allowed;
    const Sensitivity effects = sensitivity(model, start, *statistics, dataset, measuring, control);
    WhatIf::Options probing;
    probing.probeSamples = options.sensitivity.probeSamples;
    probing.workers = options.workers;
    WhatIf whatIf(std::make_shared<const Graph>(model.graph), model.layers, statistics,
                  *dataset.split(Split::calibration), target->placement, probing, control);
    if (assigning.timeBudgetSeconds > 0) {
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
        // Never 0, which is no budget: what was measured so far is chosen from, and the best plan of that is the end.
        assigning.timeBudgetSeconds = std::max(assigning.timeBudgetSeconds - taken.count(), 1e-3);
    }
    return assignBits(model.graph, model.layers, effects, start, whatIf, assigning, control);
}

Bytes exportOnnx(const Model& model, const Quantized& quantized, const ExportOptions& options, const Control& control)
{
    requireRunnable(model);
    if (!quantized.targetRefusals.empty())
        failForTarget(quantized);
    return whileDoing("exporting", [&] {
        ExportOptions complete = options;
        if (complete.sourceDigest.empty())
            complete.sourceDigest = model.fileDigest.hex();
        const Graph prepared = prepareExport(quantized.applied, quantized.plan, complete);
        Bytes bytes = writeModel(prepared, "onnx");
        checkReadsBack(bytes, prepared, control);
        return bytes;
    });
}

std::vector<LayerSummary> layerSummaries(const Model& model, const Quantized& quantized, const Statistics& statistics)
{
    const Graph& graph = quantized.floatGraph(model);
    const Statistics& known = quantized.adjusted ? *quantized.adjusted->statistics : statistics;
    std::vector<LayerSummary> summaries;
    for (const Layer& layer : model.layers)
        summaries.push_back(summarize(graph, layer, quantized, known));
    return summaries;
}

}
