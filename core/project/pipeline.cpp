// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/pipeline.h"

#include "core/algorithms/output_error.h"
#include "core/formats/formats.h"
#include "core/runtime/program.h"
#include "core/tensor/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lathe {
namespace {

const PlacementRules& rulesOf(const std::string& target)
{
    if (target == genericRules().id)
        return genericRules();
    throw Error(ErrorCode::unknownName, target,
                {{"kind", "target"}, {"name", target}, {"known", genericRules().id}});
}

CompileOptions measuringOptions()
{
    CompileOptions options;
    options.tapAll = true;
    return options;
}

/// SQNR of a grid against a weight's own values.
double weightSqnrDb(const Tensor& weight, const Tensor& codes, const Encoding& encoding)
{
    return compare(weight, dequantize(codes, encoding)).sqnrDb();
}

/// SQNR that a grid gives on the calibration histogram: mean square over expected squared error.
double activationSqnrDb(const TensorStatistics& statistics, const Encoding& encoding)
{
    const double count = static_cast<double>(std::max<std::int64_t>(statistics.moments.count, 1));
    const double signal = statistics.moments.sumSquares / count;
    const double noise = expectedSquaredError(statistics.histogram, encoding);
    return noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
}

LayerSummary summarize(const Graph& graph, const Layer& layer, const Quantized& quantized, const Statistics& statistics)
{
    LayerSummary summary{layer.id, "float32", "float32", std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::infinity()};
    const Encodings& encodings = quantized.resolved.encodings;
    if (layer.weight.valid()) {
        const Value& weight = graphOf(layer, graph).value(layer.weight);
        const auto encoding = encodings.weights.find(weight.name);
        const auto codes = quantized.resolved.codes.weights.find(weight.name);
        if (encoding != encodings.weights.end()) {
            summary.weights = encoding->second->format.name();
            summary.weightSqnrDb = codes != quantized.resolved.codes.weights.end()
                ? weightSqnrDb(weight.constant, codes->second, *encoding->second)
                : compare(weight.constant, fakeQuantize(weight.constant, *encoding->second)).sqnrDb();
        }
    }
    const std::string value = valueOfLayer(layer.id);
    const auto encoding = encodings.activations.find(value);
    if (encoding != encodings.activations.end()) {
        summary.activations = encoding->second->format.name();
        const auto known = statistics.tensors.find(value);
        if (known != statistics.tensors.end() && encoding->second->format.isInteger())
            summary.activationSqnrDb = activationSqnrDb(known->second, *encoding->second);
    }
    return summary;
}

/// An exported file must read back as the graph that was written: checked before anybody gets it.
void checkReadsBack(const Bytes& bytes, const Graph& written, const Control& control)
{
    const ImportedModel back = readModel(bytes, "onnx", control);
    if (back.graph.nodes().size() != written.nodes().size())
        throw Error(ErrorCode::internal, "export", {{"what", "the written model reads back differently"}});
}

}

std::shared_ptr<const Dataset> openDatasetFor(const Model& model, const Path& file, const Fs& fs, ImageDecoder decoder,
                                              std::uint64_t seed, const Control& control)
{
    return Dataset::open(file, inputNeeds(model.graph), fs, std::move(decoder), seed, control);
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
        auto result = std::make_shared<Quantized>();
        result->plan = plan;
        result->resolved = resolve(plan, model.graph, statistics, rulesOf(plan.target), nullptr, nullptr, control);
        result->applied = applyEncodings(model.graph, result->resolved.encodings, result->resolved.codes);
        result->packedBytes = packedSizeBytes(result->applied);
        return result;
    });
}

std::shared_ptr<const Quantized> quantize(const Model& model, const QuantPlan& plan, const Statistics& statistics,
                                          const AlgorithmPlan& algorithms, const Control& control)
{
    const auto plain = quantize(model, plan, statistics, control);
    if (algorithms.choices.empty())
        return plain;
    return whileDoing("quantizing", [&]() -> std::shared_ptr<const Quantized> {
        const auto samples = algorithms.dataset.split(Split::calibration);
        QuantState state{model.graph, std::make_shared<const Statistics>(statistics), plain->resolved, {}};
        auto result = std::make_shared<Quantized>(*plain);
        result->steps = runAlgorithms(algorithms.choices,
                                      {model.graph, plan, rulesOf(plan.target), *samples,
                                       algorithms.dataset.info().digest, algorithms.workers},
                                      state, control);
        adopt(*result, std::move(state));
        return result;
    });
}

void adopt(Quantized& quantized, QuantState state)
{
    quantized.resolved = state.resolved;
    quantized.applied = quantizedGraph(state);
    quantized.packedBytes = packedSizeBytes(quantized.applied);
    quantized.adjusted = std::make_shared<const QuantState>(std::move(state));
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
        const Runnable floating = floatRun(model.graph, control);
        const auto integer = Program::compile(quantized.applied, measuringOptions(), control);
        const Runnable rounded{integer, integer->defaultBinding().withPrecision(options.precision)};
        const auto samples = dataset.split(options.split);
        const bool sameLayers = !quantized.adjusted || quantized.adjusted->graph.digest() == model.graph.digest();
        EvaluateOptions evaluating = options.evaluate;
        evaluating.layerFigures = options.evaluate.layerFigures && sameLayers;
        EvaluationRun run = evaluate(floating, rounded, model.layers, *samples, evaluating, control);
        if (options.evaluate.layerFigures && !sameLayers)
            run.layers = evaluate(floatRun(quantized.adjusted->graph, control), rounded, model.layers, *samples,
                                  options.evaluate, control).layers;
        run.precision = options.precision == Precision::literal ? "literal" : "simulated";
        run.data = dataset.info().digest;
        run.plan = quantized.plan.digest();
        return run;
    });
}

Sensitivity sensitivity(const Model& model, const QuantPlan& plan, const Statistics& statistics, const Dataset& dataset,
                        const SensitivityOptions& options, const Control& control)
{
    requireRunnable(model);
    return measureSensitivity(model.graph, model.layers, statistics, *dataset.split(Split::calibration), plan,
                              rulesOf(plan.target), options, control);
}

Bytes exportOnnx(const Model& model, const Quantized& quantized, const ExportOptions& options, const Control& control)
{
    requireRunnable(model);
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
