// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"
#include "app/cli/quantities.h"
#include "app/cli/verb.h"
#include "core/analysis/findings.h"
#include "core/analysis/integer_sums.h"
#include "core/analysis/raise_layers.h"
#include "core/base/text.h"
#include "core/base/utc.h"
#include "core/evaluation/gate.h"
#include "core/targets/catalog.h"

#include <cmath>
#include <memory>

namespace lathe::cli {
namespace {

struct ValidateVerbOptions
{
    std::string source;
    std::string data;
    std::string quantizedFile;
    std::string precision = "simulated";
    std::string maxDrop;
    bool gate = false;
    std::int64_t limit = 0;
};

/// What is validated: the exported file, the project's plan, or a quantized model as it is.
std::shared_ptr<const Quantized> quantizedOf(const Source& source, const ValidateVerbOptions& options, Context& context)
{
    if (!options.quantizedFile.empty()) {
        const auto model = loadModel(options.quantizedFile, *context.fs, context.control);
        return quantizedAsIs(*model);
    }
    if (!source.isQuantized())
        throw UsageError("\"" + options.source + "\" has nothing to compare with: give a calibrated project, a quantized "
                         "model, or --quantized FILE.");
    return source.quantized(context);
}

Json comparisonToJson(const std::string& name, const Comparison& error)
{
    return {{"name", name},
            {"sqnrDb", finiteOrNull(error.sqnrDb())},
            {"cosine", finiteOrNull(error.cosine())},
            {"maxAbs", finiteOrNull(error.maxAbs)},
            {"exact", error.exact()}};
}

Json layerToJson(const LayerFigures& layer)
{
    return {{"id", layer.id},
            {"localSqnrDb", finiteOrNull(layer.local.sqnrDb())},
            {"accumulatedSqnrDb", finiteOrNull(layer.accumulated.sqnrDb())},
            {"cosine", finiteOrNull(layer.accumulated.cosine())},
            {"maxAbs", finiteOrNull(layer.accumulated.maxAbs)},
            {"exact", layer.local.exact() || layer.accumulated.exact()},
            {"clipped", layer.clippedShare()}};
}

Json findingToJson(const HealthFinding& finding)
{
    return {{"layer", finding.layer}, {"kind", finding.kind}, {"value", finding.value}, {"text", finding.text}};
}

Json runToJson(const EvaluationRun& run)
{
    Json json = {{"samples", run.samples.size()},
                 {"precision", run.precision},
                 {"metrics", Json::object()},
                 {"outputs", Json::array()},
                 {"layers", Json::array()},
                 {"health", Json::array()}};
    for (const MetricResult& metric : run.metrics)
        json["metrics"][metric.id] = {{"float", metric.floatValue},
                                      {"quantized", metric.quantizedValue},
                                      {"loss", metric.loss},
                                      {"low", metric.low},
                                      {"high", metric.high}};
    for (const OutputFigures& output : run.outputs)
        json["outputs"].push_back(comparisonToJson(output.name, output.error));
    for (const LayerFigures& layer : run.layers)
        json["layers"].push_back(layerToJson(layer));
    for (const HealthFinding& finding : healthFindings(run))
        json["health"].push_back(findingToJson(finding));
    return json;
}

std::string runToText(const EvaluationRun& run)
{
    std::string text = std::to_string(run.samples.size()) + " samples, " + run.precision + "\n";
    for (const MetricResult& metric : run.metrics)
        text += metric.id + ": float " + fixedText(metric.floatValue, 4) + ", quantized " +
                fixedText(metric.quantizedValue, 4) + ", loss " + fixedText(metric.loss, 4) + " [" +
                fixedText(metric.low, 4) + ", " + fixedText(metric.high, 4) + "]\n";
    for (const OutputFigures& output : run.outputs)
        text += output.name + ": SQNR " +
                (output.error.exact() ? std::string("exact") : fixedText(output.error.sqnrDb(), 1) + " dB") + "\n";
    for (const HealthFinding& finding : healthFindings(run))
        text += finding.layer + ": " + finding.text + "\n";
    return text;
}

/// What calibration and grids say of the project's plan; a quantized file has no statistics to say it with.
std::vector<Finding> findingsOf(const Source& source, const Quantized& quantized, const ValidateVerbOptions& options)
{
    if (!source.statistics || !options.quantizedFile.empty())
        return {};
    const Graph& graph = quantized.floatGraph(*source.model);
    const Statistics& statistics = quantized.adjusted ? *quantized.adjusted->statistics : *source.statistics;
    return diagnose(graph, findLayers(graph), quantized.plan, statistics, quantized.resolved,
                    targetNamed(quantized.plan.target)->placement);
}

Json findingToJson(const Finding& finding)
{
    Json json = {{"kind", finding.kind},
                 {"layer", finding.layer},
                 {"value", finiteOrNull(finding.value)},
                 {"text", finding.text},
                 {"remedy", nullptr}};
    if (!finding.remedy.isEmpty())
        json["remedy"] = {{"text", finding.remedy.text},
                          {"layers", planToJson(withRemedy(QuantPlan(), finding.remedy)).value("layers", Json::object())},
                          {"algorithm", finding.remedy.algorithm.empty() ? Json() : Json(finding.remedy.algorithm)}};
    return json;
}

std::string findingsToText(const std::vector<Finding>& findings)
{
    std::string text;
    for (const Finding& finding : findings)
        text += finding.layer + ": " + finding.text + (finding.remedy.isEmpty() ? "" : " " + finding.remedy.text) + "\n";
    return text;
}

Json driftToJson(const std::vector<OutputFigures>& drift)
{
    Json json = Json::array();
    for (const OutputFigures& output : drift)
        json.push_back(comparisonToJson(output.name, output.error));
    return json;
}

std::string driftToText(const std::vector<OutputFigures>& drift)
{
    std::string text;
    for (const OutputFigures& output : drift)
        text += "drift of " + output.name + ": " +
                (output.error.exact() ? std::string("none")
                                      : "SQNR " + fixedText(output.error.sqnrDb(), 1) + " dB, at most " +
                                            fixedText(output.error.maxAbs, 3)) +
                "\n";
    return text;
}

/// The choices that a failed gate proposes; none for a file, whose plan is not known.
std::vector<RaisedLayer> proposalsOf(const GateResult& gate, const EvaluationRun& run, const Source& source,
                                     const Quantized& quantized, const ValidateVerbOptions& options)
{
    if (gate.passed || !source.statistics || !options.quantizedFile.empty())
        return {};
    const Model& model = *source.model;
    return proposeRaises(run, quantized.plan, model.graph, model.layers, *targetNamed(quantized.plan.target),
                         gate.toRaise.size());
}

Json gateToJson(const GateResult& gate, const std::vector<RaisedLayer>& proposals)
{
    Json json = {{"metric", gate.metric},
                 {"loss", gate.loss},
                 {"low", gate.low},
                 {"high", gate.high},
                 {"limit", gate.limit},
                 {"passed", gate.passed},
                 {"settled", gate.settled()},
                 {"drift", driftToJson(gate.drift)},
                 {"raise", Json::array()},
                 {"proposal", planToJson(withRaised(QuantPlan(), proposals)).value("layers", Json::object())}};
    for (const LayerToRaise& layer : gate.toRaise)
        json["raise"].push_back({{"layer", layer.layer},
                                 {"addedNoise", layer.addedNoise},
                                 {"accumulatedSqnrDb", finiteOrNull(layer.accumulatedSqnrDb)}});
    return json;
}

/// Throws GateError, which says what could be given more bits.
void requirePassed(const GateResult& gate, const std::vector<RaisedLayer>& proposals)
{
    if (gate.passed)
        return;
    std::vector<std::string> layers;
    for (const RaisedLayer& layer : proposals)
        layers.push_back("\"" + layer.layer + "\"");
    if (layers.empty())
        for (const LayerToRaise& layer : gate.toRaise)
            layers.push_back("\"" + layer.layer + "\"");
    const std::string advice = layers.empty() ? "give the layers with the lowest SQNR more bits."
                                              : "most error comes in at " + joinText(layers, ", ") + "; give them more bits.";
    throw GateError(gate.metric + " drops by " + fixedText(gate.loss, 4) + ", more than the allowed " +
                    fixedText(gate.limit, 4) + ": " + advice);
}

/// What may be lost; nothing where no gate was asked for.
std::optional<MaxDrop> allowedDrop(const ValidateVerbOptions& options)
{
    if (!options.maxDrop.empty())
        return parseMaxDrop(options.maxDrop, "--max-drop");
    return options.gate ? std::optional(MaxDrop{defaultMaxDrop, true}) : std::nullopt;
}

GateResult gateOf(const EvaluationRun& run, const Model& model, const std::string& metric, const MaxDrop& drop)
{
    return checkGate(run, model.graph, metric, drop.share ? limitOf(run, metric, drop.value) : drop.value);
}

int validateSource(const ValidateVerbOptions& options, Context& context)
{
    const std::optional<MaxDrop> drop = allowedDrop(options);
    Source source = openSource(options.source, context);
    const auto quantized = quantizedOf(source, options, context);
    const Path data = options.data.empty() ? source.datasetFile : Path(options.data);
    if (data.empty())
        throw UsageError("--data DATASET.json is missing.");
    const auto dataset = openData(*source.model, data, context);
    ValidateOptions validateOptions;
    validateOptions.mode = runModeNamed(options.precision);
    validateOptions.evaluate.workers = context.workers();
    validateOptions.evaluate.limit = options.limit;
    EvaluationRun run = validate(*source.model, *quantized, *dataset, validateOptions, context.control);
    run.finishedUtc = utcNow();
    if (source.project && options.quantizedFile.empty()) {
        source.project = Project::open(options.source);
        source.project->addRun(run);
    }
    Json json = runToJson(run);
    const Model& model = *source.model;
    for (const HealthFinding& finding : healthFindings(integerSumsOf(
             model.graph, model.layers, quantized->resolved.encodings, quantized->resolved.codes)))
        json["health"].push_back(findingToJson(finding));
    json["findings"] = Json::array();
    const std::vector<Finding> findings = findingsOf(source, *quantized, options);
    for (const Finding& finding : findings)
        json["findings"].push_back(findingToJson(finding));
    std::optional<GateResult> gate;
    if (drop)
        gate = gateOf(run, model, dataset->info().metric, *drop);
    const std::vector<RaisedLayer> proposals =
        gate ? proposalsOf(*gate, run, source, *quantized, options) : std::vector<RaisedLayer>();
    if (gate)
        json["gate"] = gateToJson(*gate, proposals);
    const std::vector<OutputFigures> drift = logitDrift(run, model.graph);
    json["drift"] = driftToJson(drift);
    context.report(json, runToText(run) + driftToText(drift) + findingsToText(findings));
    if (gate)
        requirePassed(*gate, proposals);
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<ValidateVerbOptions>();
    command.add_option("source", options->source, "Project, quantized model, or float model with --quantized")->required();
    command.add_option("--data", options->data, "Dataset file (default: the project's)");
    command.add_option("--quantized", options->quantizedFile, "Exported file to check against the float model");
    addPrecisionOption(command, options->precision, false);
    command.add_option("--max-drop", options->maxDrop,
                       "Largest loss of the dataset's metric; exit 3 beyond. In its own unit (0.005), or 0.5%: half a "
                       "point; of metrics that are no shares, half a percent of the float model's figure");
    command.add_flag("--gate", options->gate, "As --max-drop 0.5%");
    command.add_option("--limit", options->limit, "At most this many samples")->check(CLI::PositiveNumber);
    return [options](Context& context) { return validateSource(*options, context); };
}

}

void register_validate(Table<Verb>& table)
{
    table.add({.id = "validate", .summary = "Compare float and quantized on labelled data", .declare = declare});
}

}
