// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/format_options.h"
#include "app/cli/quantities.h"
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/analysis/gradient_estimates.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace lathe::cli {
namespace {

struct SensitivityVerbOptions
{
    std::string source;
    std::string data;
    std::vector<int> bits{2, 3, 4, 6, 8};
    std::vector<std::string> kinds{"weights", "activations", "both"};
    FormatOptions formats;
    std::string metric;
    std::string timeBudget;
    int samples = 64;
    int gradientSamples = 8;
};

bool isExact(const SensitivityCell& cell)
{
    return std::isinf(cell.sqnrDb) && cell.sqnrDb > 0;
}

/// What gradients say of a cell; nothing for both tensors at once and where nothing goes back.
std::optional<double> expectedOf(const SensitivityCell& cell, const std::vector<GradientEstimate>& estimates)
{
    const auto found = std::find_if(estimates.begin(), estimates.end(),
                                    [&](const GradientEstimate& one) { return one.layer == cell.layer; });
    if (cell.kind == CellKind::both || found == estimates.end())
        return std::nullopt;
    const GradientFigures& figures = cell.kind == CellKind::weights ? found->weights : found->activations;
    return figures.blocked.empty() ? std::optional(expectedDivergence(figures, cell.estimateDb)) : std::nullopt;
}

Json cellToJson(const SensitivityCell& cell, const std::vector<GradientEstimate>& estimates)
{
    Json json = {{"layer", cell.layer},
                 {"kind", std::string(cellKindName(cell.kind))},
                 {"bits", cell.bits},
                 {"estimateDb", finiteOrNull(cell.estimateDb)},
                 {"samples", cell.samples}};
    if (const auto& format = cell.kind == CellKind::weights ? cell.formats.weights : cell.formats.activations;
        cell.kind != CellKind::both)
        json["format"] = format->name();
    if (const auto expected = expectedOf(cell, estimates))
        json["expectedDivergence"] = *expected;
    if (cell.samples == 0)
        return json;
    json.update({{"sqnrDb", finiteOrNull(cell.sqnrDb)},
                 {"exact", isExact(cell)},
                 {"sqnrLow", finiteOrNull(cell.sqnrLow)},
                 {"sqnrHigh", finiteOrNull(cell.sqnrHigh)},
                 {"divergence", cell.divergence},
                 {"agreement", cell.agreement},
                 {"loss", cell.loss},
                 {"low", cell.low},
                 {"high", cell.high},
                 {"group", cell.group}});
    return json;
}

Json figuresToJson(const GradientFigures& figures)
{
    if (!figures.blocked.empty())
        return {{"blocked", figures.blocked}};
    return {{"gradient", figures.gradient}, {"fisher", figures.fisher}};
}

Json estimateToJson(const GradientEstimate& estimate)
{
    Json json = {{"layer", estimate.layer}, {"activations", figuresToJson(estimate.activations)}};
    if (estimate.weighted)
        json["weights"] = figuresToJson(estimate.weights);
    return json;
}

Json toJson(const Sensitivity& result, const std::vector<GradientEstimate>& estimates)
{
    Json json = {{"cells", Json::array()},
                 {"metric", result.metric},
                 {"samples", result.samples},
                 {"evaluations", result.evaluations},
                 {"reused", result.reused},
                 {"seconds", result.seconds},
                 {"fullForwardSeconds", result.fullForwardSeconds},
                 {"meanSuffix", result.meanSuffix}};
    for (const SensitivityCell& cell : result.cells)
        json["cells"].push_back(cellToJson(cell, estimates));
    json["estimates"] = Json::array();
    for (const GradientEstimate& estimate : estimates)
        json["estimates"].push_back(estimateToJson(estimate));
    return json;
}

std::string toText(const Sensitivity& result)
{
    std::string text = std::to_string(result.samples) + " samples, " + std::to_string(result.evaluations) +
                       " evaluations (" + std::to_string(result.reused) + " known before) in " +
                       fixedText(result.seconds, 1) + " s, loss of " + result.metric + "\n";
    for (const SensitivityCell& cell : result.cells) {
        const auto& format = cell.formats.weights ? cell.formats.weights : cell.formats.activations;
        text += cell.layer + " " + std::string(cellKindName(cell.kind)) + " " +
                (cell.further ? format->name() : std::to_string(cell.bits) + " bits") + ": ";
        if (cell.samples == 0)
            text += "not measured; its own SQNR is " + fixedText(cell.estimateDb, 1) + " dB\n";
        else
            text +=
                (isExact(cell) ? std::string("exact")
                               : fixedText(cell.sqnrDb, 1) + " dB [" + fixedText(cell.sqnrLow, 1) + ", " +
                                     fixedText(cell.sqnrHigh, 1) + "]") +
                ", loss " + fixedText(cell.loss, 4) + " [" + fixedText(cell.low, 4) + ", " +
                fixedText(cell.high, 4) + "]\n";
    }
    return text;
}

std::string toText(const GradientFigures& figures)
{
    return figures.blocked.empty() ? "Fisher " + realText(static_cast<float>(figures.fisher)) +
                                         ", gradient " + realText(static_cast<float>(figures.gradient))
                                   : figures.blocked;
}

std::string toText(const std::vector<GradientEstimate>& estimates)
{
    std::string text;
    for (const GradientEstimate& estimate : estimates)
        text += estimate.layer + " by gradients: activations " + toText(estimate.activations) +
                (estimate.weighted ? "; weights " + toText(estimate.weights) : "") + "\n";
    return text;
}

int measure(const SensitivityVerbOptions& options, Context& context)
{
    const Source source = openSource(options.source, context);
    if (!source.statistics)
        throw Error(ErrorCode::notQuantized, options.source);
    const Path data = options.data.empty() ? source.datasetFile : Path(options.data);
    if (data.empty())
        throw UsageError("--data DATASET.json is missing.");
    const auto dataset = openData(*source.model, data, context);
    SensitivityOptions measuring;
    measuring.bits = options.bits;
    takeFormats(options.formats, measuring);
    measuring.kinds.clear();
    for (const std::string& kind : options.kinds)
        measuring.kinds.push_back(parseCellKind(kind));
    measuring.metric = options.metric.empty() ? dataset->info().metric : options.metric;
    measuring.probeSamples = options.samples;
    measuring.workers = context.workers();
    measuring.timeBudgetSeconds = parseSeconds(options.timeBudget, "--time-budget");
    measuring.seed = context.seed;
    const auto kept = openToKeep(source, context);
    if (kept) {
        measuring.store = &kept->figures();
        context.whenStopped =
            "Stopped; what was measured is kept in the project: the same command goes on from there.";
    }
    std::vector<GradientEstimate> estimates;
    if (options.gradientSamples > 0)
        estimates = estimateByGradients(
            source.model->graph, source.model->layers, *dataset->split(Split::calibration),
            {options.gradientSamples, context.workers(), context.seed}, context.control);
    const Sensitivity result =
        sensitivity(*source.model, source.plan, *source.statistics, *dataset, measuring, context.control);
    context.report(toJson(result, estimates), toText(result) + toText(estimates));
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<SensitivityVerbOptions>();
    command.add_option("source", options->source, "Calibrated project")->required();
    command.add_option("--data", options->data, "Dataset file (default: the project's)");
    command.add_option("--bits", options->bits, "Bit-widths, as 2,3,4,6,8")
        ->delimiter(',')
        ->check(CLI::Range(2, 16))
        ->capture_default_str();
    addFormatOptions(command, options->formats);
    command.add_option("--kinds", options->kinds, "weights, activations, both")
        ->delimiter(',')
        ->check(CLI::IsMember({"weights", "activations", "both"}))
        ->capture_default_str();
    command.add_option("--metric", options->metric, "Metric of the loss (default: the dataset's)");
    command.add_option("--samples", options->samples, "Calibration samples to measure on")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        .add_option("--gradients", options->gradientSamples,
                    "Calibration samples for estimates by gradients; 0: none")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--time-budget", options->timeBudget,
                       "Stop with what is measured by then: 60s, 5m. The same command goes on from there");
    return [options](Context& context) { return measure(*options, context); };
}

}

void register_sensitivity(Table<Verb>& table)
{
    table.add({.id = "sensitivity",
               .summary = "Measure what each layer costs at each bit-width",
               .declare = declare});
}

}
