// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/pipeline.h"
#include "widgets/session/project_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lathe {

/// What a path is, from its name and, for JSON, its content.
enum class FileKind {
    model,
    dataset,
    plan,
    imageFolder,
    project,
    bundle,
    unknown
};
FileKind fileKind(const Path& path, const Fs& fs);

struct OpenRequest
{
    std::vector<Path> paths;
    std::shared_ptr<const Model> model; ///< the one that is open: data sets fit themselves to it
    ImageDecoder decoder;
    Path privateFolder; ///< where a dataset file for a plain folder of images is put
};

/// What came of opening; what could not be opened is in `troubles`, the rest is there all the same.
struct Opened
{
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Dataset> dataset;
    std::optional<QuantPlan> plan;
    std::optional<QuantPlan> modelPlan; ///< that an exported model carries
    std::optional<ProjectContents> project;
    std::shared_ptr<const Quantized> adjusted; ///< what the project's algorithms made of its plan; null where none ran
    Path projectPath;
    Path bundle;               ///< to be checked; empty when none
    std::vector<Path> waiting; ///< data sets that need a model first
    std::vector<UserError> troubles;
};

/// Opens files of any kind, in the order project, model, data, plan. Throws Error{stopped} only.
Opened openFiles(const OpenRequest& request, const Control& control);

/// The plan that one of our exported models carries; nothing in other files.
std::optional<QuantPlan> exportedPlan(const Model& model);

/// A dataset file's content for a plain folder of images, preprocessing guessed from the model's input shape.
Json describeImageFolder(const Path& folder, const Model& model);

}
