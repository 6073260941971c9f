// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/base/text.h"

#include <memory>

namespace lathe::cli {
namespace {

struct QuantizeOptions
{
    std::string source;
    std::string output;
    std::string data;
    std::string weights;
    std::string activations;
    std::string granularity;
    std::string method;
    std::string algorithms;
    std::string planFile;
    std::string target;
    ExportOptions exporting;
};

/// The plan that the options ask for, on top of the project's or the plan file's.
QuantPlan planFor(const QuantizeOptions& options, QuantPlan plan, const Fs& fs)
{
    if (!options.planFile.empty())
        plan = parsePlan(parseJson(fs.readText(options.planFile), options.planFile), options.planFile);
    if (!options.weights.empty())
        plan.weights = QuantSpec::parse(options.weights.find(':') == std::string::npos
                                            ? options.weights + ":" + plan.weights.granularity.name()
                                            : options.weights);
    if (!options.granularity.empty())
        plan.weights.granularity = Granularity::parse(options.granularity);
    if (!options.activations.empty())
        plan.activations = QuantSpec::parse(options.activations);
    if (!options.method.empty())
        plan.method = MethodChoice::parse(options.method);
    if (!options.target.empty())
        plan.target = options.target;
    return plan;
}

std::shared_ptr<const Statistics> statisticsFor(const Source& source, const QuantizeOptions& options, Context& context)
{
    if (options.data.empty() && source.statistics)
        return source.statistics;
    if (options.data.empty())
        throw UsageError("\"" + options.source + "\" is not calibrated: give --data DATASET.json, or a project.");
    const auto dataset =
        openDatasetFor(*source.model, options.data, *context.fs, context.decoder, context.seed, context.control);
    return std::make_shared<const Statistics>(collect(*source.model, *dataset, context));
}

/// Stores plan and codes in the project that was given, or writes a new one.
void writeProject(const Source& source, const QuantizeOptions& options, const Quantized& quantized,
                  const Statistics& statistics)
{
    const auto project = Project::create(options.output, true);
    project->setModel({source.model->path, source.model->fileDigest});
    if (const Path dataset = options.data.empty() ? source.datasetFile : Path(options.data); !dataset.empty())
        project->setDataset({dataset, statistics.data});
    project->setStatistics(statistics);
    project->setPlan(quantized.plan);
    project->setCodes(quantized.resolved.codes);
}

Json summaryToJson(const LayerSummary& layer)
{
    return {{"id", layer.id},
            {"weights", layer.weights},
            {"activations", layer.activations},
            {"weightSqnrDb", finiteOrNull(layer.weightSqnrDb)},
            {"activationSqnrDb", finiteOrNull(layer.activationSqnrDb)}};
}

int quantizeSource(const QuantizeOptions& options, Context& context)
{
    if (!options.algorithms.empty())
        throw Error(ErrorCode::unknownName, "--algorithms",
                    {{"kind", "algorithm"}, {"name", options.algorithms}, {"known", "none in this version"}});
    const std::string extension = Path(options.output).extension().string();
    if (extension != ".onnx" && extension != ".lathe")
        throw Error(ErrorCode::unknownFormat, options.output, {{"extension", extension}, {"known", ".onnx, .lathe"}});
    Source source = openSource(options.source, context);
    const auto statistics = statisticsFor(source, options, context);
    const auto quantized = quantize(*source.model, planFor(options, source.plan, *context.fs), *statistics, context.control);
    for (const Refusal& refusal : quantized->resolved.refusals)
        context.warn(refusal.layer + ": " + refusal.reason + (refusal.nearest.empty() ? "" : " " + refusal.nearest));
    std::int64_t sizeBytes = 0;
    if (extension == ".onnx") {
        const Bytes bytes = exportOnnx(*source.model, *quantized, options.exporting, context.control);
        context.fs->writeWhole(options.output, bytes);
        sizeBytes = static_cast<std::int64_t>(bytes.size());
    } else {
        writeProject(source, options, *quantized, *statistics);
        sizeBytes = static_cast<std::int64_t>(std::filesystem::file_size(options.output));
    }
    // The project given is also brought up to date, so that validate and bundle work on what was just made.
    if (source.project && options.output != options.source) {
        source.project = Project::open(options.source);
        source.project->setPlan(quantized->plan);
        source.project->setCodes(quantized->resolved.codes);
    }

    Json json = {{"output", options.output},
                 {"format", extension == ".onnx" ? "onnx" : "project"},
                 {"sizeBytes", sizeBytes},
                 {"packedBytes", quantized->packedBytes},
                 {"floatBytes", source.model->floatBytes},
                 {"layers", Json::array()}};
    for (const LayerSummary& layer : layerSummaries(*source.model, *quantized, *statistics))
        json["layers"].push_back(summaryToJson(layer));
    context.report(json, options.output + ": " + sizeText(sizeBytes) + " (" + sizeText(quantized->packedBytes) +
                             " packed, " + sizeText(source.model->floatBytes) + " in float)\n");
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<QuantizeOptions>();
    command.add_option("source", options->source, "Project, or model with --data")->required();
    command.add_option("-o,--output", options->output, "File to write: .onnx or .lathe")->required();
    command.add_option("--data", options->data, "Dataset file to calibrate on");
    command.add_option("--weights", options->weights, "Weight format, for example int8");
    command.add_option("--activations", options->activations, "Activation format, for example uint8 or float32");
    command.add_option("--granularity", options->granularity, "tensor, channel or group:N");
    command.add_option("--method", options->method, "minmax, percentile[:P], entropy or mse");
    command.add_option("--algorithms", options->algorithms, "Algorithms in order, with commas");
    command.add_option("--plan", options->planFile, "Plan file");
    command.add_option("--target", options->target, "Target profile");
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
