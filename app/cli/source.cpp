// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/source.h"

#include "core/project/adjustment.h"
#include "core/project/target_store.h"

#include <unistd.h>

namespace lathe::cli {
namespace {

std::shared_ptr<const Model> modelOf(const Project& project, const Context& context)
{
    const std::optional<FileReference> reference = project.model();
    if (!reference)
        throw Error(ErrorCode::projectInvalid, project.path().string(), {{"reason", "it names no model"}});
    auto model = loadModel(reference->path, *context.fs, context.control);
    if (model->fileDigest != reference->digest)
        throw Error(ErrorCode::sourceChanged, reference->path.string());
    return model;
}

}

std::shared_ptr<const Quantized> Source::quantized(const Context& context) const
{
    if (project && statistics) {
        if (auto adjusted = storedAdjusted(*project, *model, plan, *statistics))
            return adjusted;
        return quantize(*model, plan, *statistics, context.control);
    }
    if (model->lifted)
        return quantizedAsIs(*model);
    throw Error(ErrorCode::notQuantized, model->path.string());
}

Source openSource(const std::string& path, const Context& context, bool readOnly)
{
    Source source;
    if (Path(path).extension() != ".lathe") {
        source.model = loadModel(path, *context.fs, context.control);
        return source;
    }
    source.project = Project::open(path, readOnly);
    addTargetOf(*source.project, *context.fs);
    source.model = modelOf(*source.project, context);
    source.statistics = source.project->statistics();
    source.plan = source.project->plan().value_or(QuantPlan());
    if (const auto dataset = source.project->dataset())
        source.datasetFile = dataset->path;
    return source;
}

std::unique_ptr<Project> openToKeep(const Source& source, const Context& context)
{
    const Path& path = source.project->path();
    if (access(path.c_str(), W_OK) == 0)
        return Project::open(path);
    context.warn("\"" + path.string() + "\" cannot be written: what is measured is not kept.");
    return nullptr;
}

std::shared_ptr<const Dataset> openData(const Model& model, const Path& file, const Context& context)
{
    auto dataset = openDatasetFor(model, file, *context.fs, context.decoder, context.seed, context.control);
    for (const std::string& warning : dataset->info().warnings)
        context.warn(warning);
    return dataset;
}

Statistics collect(const Model& model, const Dataset& dataset, const Context& context)
{
    CollectOptions options;
    options.workers = context.workers();
    return calibrate(model, dataset, options, context.control);
}

std::pair<std::string, std::string> splitAssignment(const std::string& text, const std::string& option)
{
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        throw UsageError(option + " takes NAME=VALUE, not \"" + text + "\".");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::map<std::string, Shape> parseShapes(const std::vector<std::string>& entries)
{
    std::map<std::string, Shape> shapes;
    for (const std::string& entry : entries) {
        const auto [name, shape] = splitAssignment(entry, "--shape");
        try {
            shapes[name] = Shape::parse(shape);
        } catch (const Error& error) {
            throw UsageError("--shape: " + error.message());
        }
    }
    return shapes;
}

}
