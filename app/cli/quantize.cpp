// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plan_options.h"
#include "app/cli/refusals.h"
#include "app/cli/source.h"
#include "app/cli/target_cost.h"
#include "app/cli/verb.h"
#include "core/base/text.h"
#include "core/project/adjustment.h"
#include "core/project/target_store.h"
#include "core/targets/catalog.h"

#include <cmath>
#include <memory>

namespace lathe::cli {
namespace {

struct QuantizeOptions
{
    std::string source;
    std::string output;
    std::string data;
    PlanOptions plan;
    bool nearest = false;
    ExportOptions exporting;
};

/// What is written: the quantized model and where its numbers come from.
struct Result
{
    std::shared_ptr<const Statistics> statistics;
    std::shared_ptr<const Quantized> quantized;
    Path dataset; ///< empty when unknown
};

std::shared_ptr<const Statistics> statisticsFor(const Source& source, const QuantizeOptions& options,
                                                const std::shared_ptr<const Dataset>& dataset, Context& context)
{
    if (options.data.empty() && source.statistics)
        return source.statistics;
    if (options.data.empty())
        throw UsageError("\"" + options.source + "\" is not calibrated: give --data DATASET.json, or a project.");
    return std::make_shared<const Statistics>(collect(*source.model, *dataset, context));
}

/// The samples, where they are needed: to calibrate, or for algorithms.
std::shared_ptr<const Dataset> datasetFor(const Source& source, const Path& file, const QuantizeOptions& options,
                                          bool algorithms, Context& context)
{
    if (options.data.empty() && !algorithms)
        return nullptr;
    if (file.empty())
        throw UsageError("--algorithms need calibration samples: give --data DATASET.json.");
    return openData(*source.model, file, context);
}

void store(const Source& source, const Result& result, Project& project)
{
    project.setModel({source.model->path, source.model->fileDigest});
    if (!result.dataset.empty())
        project.setDataset({result.dataset, result.statistics->data});
    if (result.statistics != source.statistics || !source.project || project.path() != source.project->path())
        project.setStatistics(*result.statistics);
    project.setPlan(result.quantized->plan);
    storeTargetFile(project, result.quantized->plan.target, systemFs());
    storeQuantized(project, *source.model, *result.quantized);
}

/// The project that was given keeps its runs and learns what was just made, so that validate and bundle work on it.
void updateProject(const Source& source, const Result& result, const std::string& path)
{
    const auto project = Project::open(path);
    store(source, result, *project);
}

bool sameFile(const Path& a, const Path& b)
{
    std::error_code absent;
    return std::filesystem::equivalent(a, b, absent);
}

/// Returns the size of the file.
std::int64_t writeProject(const Source& source, const Result& result, const QuantizeOptions& options)
{
    if (source.project && sameFile(options.output, options.source))
        updateProject(source, result, options.source);
    else
        Project::create(options.output, true, [&](Project& project) { store(source, result, project); });
    return static_cast<std::int64_t>(std::filesystem::file_size(options.output));
}

/// The model appears once the project has taken the plan: both or none.
std::int64_t writeModelFile(const Source& source, const Result& result, const QuantizeOptions& options,
                            const Context& context)
{
    const Bytes bytes = exportOnnx(*source.model, *result.quantized, options.exporting, context.control);
    const auto file = context.fs->create(options.output);
    file->write(bytes);
    if (source.project)
        updateProject(source, result, options.source);
    file->commit();
    return static_cast<std::int64_t>(bytes.size());
}

Json summaryToJson(const LayerSummary& layer)
{
    return {{"id", layer.id},
            {"weights", layer.weights},
            {"activations", layer.activations},
            {"weightSqnrDb", finiteOrNull(layer.weightSqnrDb)},
            {"activationSqnrDb", finiteOrNull(layer.activationSqnrDb)},
            {"exact", std::isinf(layer.weightSqnrDb) || std::isinf(layer.activationSqnrDb)}};
}

Json stepWithTime(const AlgorithmStep& step)
{
    Json json = stepToJson(step);
    json["seconds"] = step.seconds;
    return json;
}

std::string stepsToText(const std::vector<AlgorithmStep>& steps)
{
    std::string text;
    for (const AlgorithmStep& step : steps)
        text += step.choice + ": output SQNR " + fixedText(step.beforeDb, 2) + " dB, then " +
                fixedText(step.afterDb, 2) + " dB on held-out samples" +
                (step.reverted ? "; worse, so reverted" : "") + " (" + fixedText(step.seconds, 1) + " s)\n";
    return text;
}

int quantizeSource(const QuantizeOptions& options, Context& context)
{
    const std::string extension = Path(options.output).extension().string();
    const bool toModel = extension == ".onnx";
    if (!toModel && extension != ".lathe")
        throw Error(ErrorCode::unknownFormat, options.output, {{"extension", extension}, {"known", ".onnx, .lathe"}});
    const Source source = openSource(options.source, context);
    QuantPlan plan = planFor(options.plan, source.plan, *source.model, *context.fs);
    if (options.nearest)
        plan = withNearestChoices(plan, source.model->graph, source.model->layers, *targetNamed(plan.target));
    const std::vector<AlgorithmChoice> choices = algorithmsFor(options.plan);
    Result result;
    result.dataset = options.data.empty() ? source.datasetFile : Path(options.data);
    const auto dataset = datasetFor(source, result.dataset, options, !choices.empty(), context);
    result.statistics = statisticsFor(source, options, dataset, context);
    // A project that is only written out is written as it is, with what algorithms made of it.
    if (source.project && options.data.empty() && options.plan.empty() && !options.nearest)
        result.quantized = source.quantized(context);
    else if (choices.empty())
        result.quantized = quantize(*source.model, plan, *result.statistics, context.control);
    else
        result.quantized = quantize(*source.model, plan, *result.statistics,
                                    AlgorithmPlan{choices, *dataset, context.workers()}, context.control);
    warnRefusals(result.quantized->resolved.refusals, context);
    warnTargetRefusals(result.quantized->targetRefusals, context);
    const std::int64_t sizeBytes =
        toModel ? writeModelFile(source, result, options, context) : writeProject(source, result, options);

    Json json = {{"output", options.output},
                 {"format", toModel ? "onnx" : "project"},
                 {"sizeBytes", sizeBytes},
                 {"packedBytes", result.quantized->packedBytes},
                 {"floatBytes", source.model->floatBytes},
                 {"layers", Json::array()},
                 {"algorithms", Json::array()},
                 {"refusals", refusalsToJson(result.quantized->resolved.refusals)},
                 {"target", result.quantized->plan.target},
                 {"targetRefusals", refusalsToJson(result.quantized->targetRefusals)},
                 {"cost", costToJson(result.quantized->cost)}};
    for (const AlgorithmStep& step : result.quantized->steps)
        json["algorithms"].push_back(stepWithTime(step));
    for (const LayerSummary& layer : layerSummaries(*source.model, *result.quantized, *result.statistics))
        json["layers"].push_back(summaryToJson(layer));
    context.report(json, stepsToText(result.quantized->steps) + options.output + ": " + sizeText(sizeBytes) + " (" +
                             sizeText(result.quantized->packedBytes) + " packed, " +
                             sizeText(source.model->floatBytes) + " in float)\n" +
                             costToText(result.quantized->plan.target, result.quantized->cost));
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<QuantizeOptions>();
    command.add_option("source", options->source, "Project, or model with --data")->required();
    command.add_option("-o,--output", options->output, "File to write: .onnx or .lathe")->required();
    command.add_option("--data", options->data, "Dataset file to calibrate on");
    addPlanOptions(command, options->plan);
    command.add_flag("--nearest", options->nearest, "Take the nearest choice that the target can run");
    command.add_flag("--packed", options->exporting.packed, "Real 4- and 16-bit types (opset 21)");
    command.add_flag("--float-io,!--no-float-io", options->exporting.floatIo, "Graph inputs and outputs stay float");
    return [options](Context& context) { return quantizeSource(*options, context); };
}

}

void register_quantize(Table<Verb>& table)
{
    table.add({.id = "quantize", .summary = "Quantize and export", .declare = declare});
}

}
