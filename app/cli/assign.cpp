// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/quantities.h"
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/base/text.h"

#include <memory>

namespace lathe::cli {
namespace {

struct AssignVerbOptions
{
    std::string source;
    std::string output;
    std::string data;
    std::string planFile;
    std::string maxSize;
    std::optional<double> maxDrop;
    std::vector<int> bits{2, 3, 4, 6, 8};
    std::string metric;
    std::string timeBudget;
    int samples = 32;
    int front = 8;
    int repairs = 12;
};

void savePlan(const QuantPlan& plan, const std::string& path, const Context& context)
{
    const std::string text = planToJson(plan).dump(2) + "\n";
    const auto file = context.fs->create(path);
    file->write(std::as_bytes(std::span(text)));
    file->commit();
}

Json pointToJson(const AssignmentPoint& point)
{
    return {{"plan", planToJson(point.plan)},       {"origin", point.origin},
            {"sizeBytes", point.sizeBytes},         {"predictedSqnrDb", finiteOrNull(point.predictedSqnrDb)},
            {"sqnrDb", finiteOrNull(point.sqnrDb)}, {"agreement", point.agreement},
            {"agreementLow", point.agreementLow},   {"agreementHigh", point.agreementHigh},
            {"withinLimits", point.withinLimits}};
}

Json toJson(const Assignment& result, const std::string& output)
{
    Json measured = {{"sqnrDb", finiteOrNull(result.best.sqnrDb)}, {"agreement", result.best.agreement}};
    if (result.drop)
        measured["drop"] = *result.drop;
    Json json = {{"plan", output},
                 {"sizeBytes", result.best.sizeBytes},
                 {"origin", result.best.origin},
                 {"predicted", {{"sqnrDb", finiteOrNull(result.best.predictedSqnrDb)}}},
                 {"measured", measured},
                 {"evaluations", result.evaluations},
                 {"front", Json::array()}};
    for (const AssignmentPoint& point : result.front)
        json["front"].push_back(pointToJson(point));
    return json;
}

std::string toText(const Assignment& result, const std::string& output)
{
    std::string text = output + ": " + sizeText(result.best.sizeBytes) + ", output SQNR " +
                       fixedText(result.best.sqnrDb, 1) + " dB (predicted " +
                       fixedText(result.best.predictedSqnrDb, 1) + "), agreement " +
                       fixedText(result.best.agreement, 3) + "\n";
    for (const AssignmentPoint& point : result.front)
        text += "  " + sizeText(point.sizeBytes) + ": " + fixedText(point.sqnrDb, 1) + " dB, agreement " +
                fixedText(point.agreement, 3) + " (" + point.origin + ")\n";
    return text;
}

AssignOptions pipelineOptions(const AssignVerbOptions& options, const Dataset& dataset,
                              const Context& context)
{
    AssignOptions result;
    result.metric = options.metric.empty() ? dataset.info().metric : options.metric;
    result.workers = context.workers();
    result.sensitivity.bits = options.bits;
    result.sensitivity.kinds = {CellKind::weights, CellKind::activations};
    result.sensitivity.metric = result.metric;
    result.sensitivity.probeSamples = options.samples;
    result.sensitivity.workers = context.workers();
    result.sensitivity.timeBudgetSeconds = parseSeconds(options.timeBudget, "--time-budget");
    result.sensitivity.seed = context.seed;
    if (!options.maxSize.empty())
        result.assignment.maxSizeBytes = parseBytes(options.maxSize, "--max-size");
    result.assignment.maxDrop = options.maxDrop;
    result.assignment.frontPoints = options.front;
    result.assignment.repairs = options.repairs;
    return result;
}

int assignSource(const AssignVerbOptions& options, Context& context)
{
    if (options.maxSize.empty() && !options.maxDrop)
        throw UsageError("Give a limit: --max-size, --max-drop, or both.");
    const Source source = openSource(options.source, context);
    if (!source.statistics)
        throw Error(ErrorCode::noStatistics, options.source, {{"value", options.source}});
    const Path data = options.data.empty() ? source.datasetFile : Path(options.data);
    if (data.empty())
        throw UsageError("--data DATASET.json is missing.");
    const auto dataset = openData(*source.model, data, context);
    QuantPlan base = source.plan;
    if (!options.planFile.empty())
        base =
            parsePlan(parseJson(context.fs->readText(options.planFile), options.planFile), options.planFile);
    AssignOptions assigning = pipelineOptions(options, *dataset, context);
    assigning.assignment.best = [&](const QuantPlan& plan) { savePlan(plan, options.output, context); };
    const Assignment result =
        assign(*source.model, base, source.statistics, *dataset, assigning, context.control);
    savePlan(result.best.plan, options.output, context);
    context.report(toJson(result, options.output), toText(result, options.output));
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<AssignVerbOptions>();
    command.add_option("source", options->source, "Calibrated project")->required();
    command
        .add_option("-o,--output", options->output, "Plan file to write; always holds the best plan so far")
        ->required();
    command.add_option("--data", options->data, "Dataset file (default: the project's)");
    command.add_option("--plan", options->planFile, "Plan to start from: formats, methods and locked layers");
    command.add_option("--max-size", options->maxSize, "Largest packed model: 500k, 1.2M");
    command.add_option("--max-drop", options->maxDrop, "Largest loss of the metric, in its own unit");
    command.add_option("--bits", options->bits, "Bit-widths to choose from")
        ->delimiter(',')
        ->check(CLI::Range(2, 16))
        ->capture_default_str();
    command.add_option("--metric", options->metric, "Metric of the loss (default: the dataset's)");
    command.add_option("--samples", options->samples, "Calibration samples to measure on")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--time-budget", options->timeBudget, "Time for measuring single layers: 60s, 5m");
    command.add_option("--front", options->front, "Sizes to solve for between smallest and largest")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    command.add_option("--repairs", options->repairs, "Measured attempts to better the prediction")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    return [options](Context& context) { return assignSource(*options, context); };
}

}

void register_assign(Table<Verb>& table)
{
    table.add({.id = "assign", .summary = "Choose bits for every layer under a limit", .declare = declare});
}

}
