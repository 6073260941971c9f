// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/base/text.h"

#include <chrono>
#include <memory>

namespace lathe::cli {
namespace {

struct CalibrateOptions
{
    std::string model;
    std::string data;
    std::string output;
    std::int64_t limit = 0;
    int histogramShare = 1;
};

int calibrateModel(const CalibrateOptions& options, Context& context)
{
    const auto start = std::chrono::steady_clock::now();
    const auto model = loadModel(options.model, *context.fs, context.control);
    const auto dataset = openData(*model, options.data, context);
    CollectOptions collectOptions;
    collectOptions.workers = context.workers();
    collectOptions.limit = options.limit;
    collectOptions.sampling = {options.histogramShare, context.seed};
    const Statistics statistics = calibrate(*model, *dataset, collectOptions, context.control);

    Project::create(options.output, true, [&](Project& project) {
        project.setModel({options.model, model->fileDigest});
        project.setDataset({options.data, dataset->info().digest});
        project.setStatistics(statistics);
        project.setPlan(QuantPlan());
    });
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;

    context.report({{"project", options.output},
                    {"samples", statistics.sampleIds.size()},
                    {"tensors", statistics.tensors.size()},
                    {"histogramShare", statistics.histogramShare},
                    {"seconds", spent.count()},
                    {"collectSeconds", statistics.seconds},
                    {"inferenceSeconds", statistics.inferenceSeconds},
                    {"warnings", dataset->info().warnings},
                    {"peakRssBytes", peakRssBytes()}},
                   "Calibrated " + std::to_string(statistics.tensors.size()) + " tensors on " +
                       std::to_string(statistics.sampleIds.size()) + " samples in " + fixedText(spent.count(), 1) +
                       " s -> " + options.output + "\n");
    return done;
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<CalibrateOptions>();
    command.add_option("model", options->model, "Model file")->required();
    command.add_option("--data", options->data, "Dataset file")->required();
    command.add_option("-o,--output", options->output, "Project file to make (.lathe)")->required();
    command.add_option("--limit", options->limit, "At most this many samples")->check(CLI::PositiveNumber);
    command.add_option("--histogram-share", options->histogramShare,
                       "Count one element of so many in histograms, chosen by --seed; extremes and moments see all")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    return [options](Context& context) { return calibrateModel(*options, context); };
}

}

void register_calibrate(Table<Verb>& table)
{
    table.add({.id = "calibrate", .summary = "Collect statistics and make a project", .declare = declare});
}

}
