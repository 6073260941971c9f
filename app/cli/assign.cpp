// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/format_options.h"
#include "app/cli/plan_options.h"
#include "app/cli/quantities.h"
#include "app/cli/refusals.h"
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/base/text.h"
#include "core/targets/catalog.h"

#include <map>
#include <memory>

namespace lathe::cli {
namespace {

struct AssignVerbOptions
{
    std::string source;
    std::string output;
    std::string data;
    PlanOptions plan;
    std::string frontFolder;
    std::string maxSize;
    std::optional<double> maxLatencyMs;
    std::optional<double> maxEnergyMj;
    std::optional<double> maxBits;
    std::string minimize = "size";
    std::optional<double> maxDrop;
    std::vector<int> bits{2, 3, 4, 5, 6, 8};
    FormatOptions formats;
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

/// Costs stand in the order in which the pipeline limits them.
constexpr std::size_t latencyCost = 0, energyCost = 1, bitsCost = 2;

Json pointToJson(const AssignmentPoint& point)
{
    return {{"plan", planToJson(point.plan)},
            {"origin", point.origin},
            {"sizeBytes", point.sizeBytes},
            {"latencyMs", point.costs[latencyCost]},
            {"energyMj", point.costs[energyCost]},
            {"meanBits", point.costs[bitsCost]},
            {"predictedSqnrDb", finiteOrNull(point.predictedSqnrDb)},
            {"sqnrDb", finiteOrNull(point.sqnrDb)},
            {"agreement", point.agreement},
            {"agreementLow", point.agreementLow},
            {"agreementHigh", point.agreementHigh},
            {"withinLimits", point.withinLimits}};
}

Json toJson(const Assignment& result, const AssignVerbOptions& options)
{
    const AssignmentPoint& best = result.best;
    Json measured = {{"sqnrDb", finiteOrNull(best.sqnrDb)},
                     {"agreement", best.agreement},
                     {"latencyMs", best.costs[latencyCost]},
                     {"energyMj", best.costs[energyCost]},
                     {"meanBits", best.costs[bitsCost]}};
    if (result.drop)
        measured["drop"] = *result.drop;
    Json json = {{"plan", options.output},
                 {"sizeBytes", best.sizeBytes},
                 {"target", best.plan.target},
                 {"origin", best.origin},
                 {"predicted", {{"sqnrDb", finiteOrNull(best.predictedSqnrDb)}}},
                 {"measured", measured},
                 {"evaluations", result.evaluations},
                 {"reused", result.reused},
                 {"complete", result.complete},
                 {"front", Json::array()}};
    for (const AssignmentPoint& point : result.front)
        json["front"].push_back(pointToJson(point));
    return json;
}

std::string pointToText(const AssignmentPoint& point)
{
    return sizeText(point.sizeBytes) + ", " + fixedText(point.costs[latencyCost], 3) + " ms, " +
           fixedText(point.costs[energyCost], 4) + " mJ, " + fixedText(point.costs[bitsCost], 2) +
           " bits: output SQNR " + fixedText(point.sqnrDb, 1) + " dB (predicted " +
           fixedText(point.predictedSqnrDb, 1) + "), agreement " + fixedText(point.agreement, 3);
}

std::string toText(const Assignment& result, const std::string& output)
{
    std::string text = output + ", " + pointToText(result.best) + "\n";
    for (const AssignmentPoint& point : result.front)
        text += "  " + pointToText(point) + " (" + point.origin + ")\n";
    return text;
}

/// A plan file for each point of the front: front-01.json is the smallest.
Json saveFront(const std::vector<AssignmentPoint>& front, const std::string& folder, const Context& context)
{
    Json files = Json::array();
    context.fs->createFolders(folder);
    for (std::size_t i = 0; i < front.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const Path file =
            Path(folder) / ("front-" + std::string(number.size() < 2 ? 1 : 0, '0') + number + ".json");
        savePlan(front[i].plan, file.string(), context);
        files.push_back(file.string());
    }
    return files;
}

const std::map<std::string, std::string>& minimizedCosts()
{
    static const std::map<std::string, std::string> costs{
        {"size", "sizeBytes"}, {"latency", "latencyMs"}, {"energy", "energyMj"}};
    return costs;
}

AssignOptions pipelineOptions(const AssignVerbOptions& options, const Dataset& dataset,
                              const Context& context)
{
    AssignOptions result;
    result.metric = options.metric.empty() ? dataset.info().metric : options.metric;
    result.workers = context.workers();
    result.sensitivity.bits = options.bits;
    takeFormats(options.formats, result.sensitivity);
    result.sensitivity.kinds = {CellKind::weights, CellKind::activations};
    result.sensitivity.metric = result.metric;
    result.sensitivity.probeSamples = options.samples;
    result.sensitivity.workers = context.workers();
    result.assignment.timeBudgetSeconds = parseSeconds(options.timeBudget, "--time-budget");
    result.sensitivity.seed = context.seed;
    if (!options.maxSize.empty())
        result.assignment.maxSizeBytes = parseBytes(options.maxSize, "--max-size");
    result.assignment.maxDrop = options.maxDrop;
    result.assignment.minimize = minimizedCosts().at(options.minimize);
    result.maxLatencyMs = options.maxLatencyMs.value_or(result.maxLatencyMs);
    result.maxEnergyMj = options.maxEnergyMj.value_or(result.maxEnergyMj);
    result.maxMeanBits = options.maxBits.value_or(result.maxMeanBits);
    result.assignment.frontPoints = options.front;
    result.assignment.repairs = options.repairs;
    return result;
}

/// Keeps a search while it runs: the best plan in the plan file, all of it in the project.
class SearchKeeper
{
public:
    SearchKeeper(const Source& source, const QuantPlan& base, const AssignVerbOptions& options,
                 Context& context)
        : m_options(options)
        , m_context(context)
        , m_project(openToKeep(source, context))
    {
        m_run.base = base;
    }

    void watch(AssignOptions& assigning)
    {
        m_run.limits = limitsOf(assigning);
        if (m_project) {
            assigning.assignment.store = &m_project->figures();
            m_context.whenStopped = "Stopped; what was measured is kept in the project." + goesOn;
        }
        assigning.assignment.measured = [this](const AssignmentPoint& point) {
            m_run.measured.push_back(point);
            keep();
        };
        assigning.assignment.best = [this](const QuantPlan& plan) {
            m_run.setBest(plan);
            keep();
            savePlan(plan, m_options.output, m_context);
            m_context.whenStopped = "Stopped; " + m_options.output + " holds the best plan so far." + goesOn;
        };
    }

    Assignment run(const std::function<Assignment()>& search)
    {
        try {
            Assignment found = search();
            m_run.complete = found.complete;
            keep();
            return found;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::stopped && !m_options.frontFolder.empty() &&
                !m_run.measured.empty())
                saveFront(m_run.front(), m_options.frontFolder, m_context);
            throw;
        }
    }

private:
    void keep()
    {
        if (m_project)
            m_project->setAssignment(m_run);
    }

    const std::string goesOn = " The same command goes on from there.";
    const AssignVerbOptions& m_options;
    Context& m_context;
    std::unique_ptr<Project> m_project;
    AssignmentRun m_run;
};

int assignSource(const AssignVerbOptions& options, Context& context)
{
    if (options.maxSize.empty() && !options.maxDrop && !options.maxLatencyMs && !options.maxEnergyMj &&
        !options.maxBits)
        throw UsageError(
            "Give a limit: --max-size, --max-bits, --max-latency-ms, --max-energy-mj or --max-drop.");
    const Source source = openSource(options.source, context);
    if (!source.statistics)
        throw Error(ErrorCode::noStatistics, options.source, {{"value", options.source}});
    const Path data = options.data.empty() ? source.datasetFile : Path(options.data);
    if (data.empty())
        throw UsageError("--data DATASET.json is missing.");
    const auto dataset = openData(*source.model, data, context);
    const QuantPlan base = planFor(options.plan, source.plan, *source.model, *context.fs);
    AssignOptions assigning = pipelineOptions(options, *dataset, context);
    SearchKeeper keeper(source, base, options, context);
    keeper.watch(assigning);
    const Assignment result = keeper.run(
        [&] { return assign(*source.model, base, source.statistics, *dataset, assigning, context.control); });
    savePlan(result.best.plan, options.output, context);
    warnTargetRefusals(
        shownRefusals(targetRefusals(result.best.plan, source.model->graph, source.model->layers,
                                     *targetNamed(result.best.plan.target))),
        context);
    Json json = toJson(result, options);
    if (!options.frontFolder.empty())
        json["frontFiles"] = saveFront(result.front, options.frontFolder, context);
    context.report(json, toText(result, options.output));
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
    command.add_option("--plan", options->plan.planFile,
                       "Plan to start from: formats, methods and locked layers");
    command.add_option("--target", options->plan.target,
                       "Target: an id that \"targets\" lists, or a profile file (.json)");
    command.add_option("--max-size", options->maxSize, "Largest packed model: 500k, 1.2M");
    command
        .add_option("--max-latency-ms", options->maxLatencyMs,
                    "Longest inference, by the target's cost model")
        ->check(CLI::PositiveNumber);
    command
        .add_option("--max-energy-mj", options->maxEnergyMj,
                    "Most energy an inference, by the target's cost model")
        ->check(CLI::PositiveNumber);
    command.add_option("--max-bits", options->maxBits, "Most bits of a weight on average, as 4.5")
        ->check(CLI::Range(1.0, 32.0));
    command.add_option("--max-drop", options->maxDrop, "Largest loss of the metric, in its own unit");
    command.add_option("--minimize", options->minimize, "What to make least within --max-drop")
        ->check(CLI::IsMember(minimizedCosts()))
        ->capture_default_str();
    command.add_option("--front-dir", options->frontFolder,
                       "Folder for a plan file of each point of the front");
    command.add_option("--bits", options->bits, "Bit-widths to choose from")
        ->delimiter(',')
        ->check(CLI::Range(2, 16))
        ->capture_default_str();
    addFormatOptions(command, options->formats);
    command.add_option("--metric", options->metric, "Metric of the loss (default: the dataset's)");
    command.add_option("--samples", options->samples, "Calibration samples to measure on")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option(
        "--time-budget", options->timeBudget,
        "Time for the whole search, which ends with the best plan so far: 60s, 5m. The same command goes on "
        "from there");
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
