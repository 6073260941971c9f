// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/project/pipeline.h"

#include <memory>
#include <string>

namespace lathe::cli {

/// What SOURCE on the command line stands for: a model file, or a project with the model that it refers to.
struct Source
{
    std::unique_ptr<Project> project; ///< null for a model file
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Statistics> statistics; ///< null when not calibrated
    QuantPlan plan;                               ///< the project's, else the default
    Path datasetFile;                             ///< the project's; empty when there is none

    /// True when it has a quantized form of its own: a quantized file, or a calibrated project.
    bool isQuantized() const { return (project && statistics) || model->lifted.has_value(); }
    /// That form; throws Error{notQuantized}.
    std::shared_ptr<const Quantized> quantized(const Context& context) const;
};

/// Opens a model or a project (".lathe"). Throws Error{sourceChanged} when the project's model file has changed.
Source openSource(const std::string& path, const Context& context, bool readOnly = true);

/// The project of `source` opened to keep figures in; null, with a warning, where it cannot be written.
std::unique_ptr<Project> openToKeep(const Source& source, const Context& context);

/// The dataset file for the model's inputs; what it warns of goes to standard error.
std::shared_ptr<const Dataset> openData(const Model& model, const Path& file, const Context& context);

/// Statistics of `dataset`'s calibration split.
Statistics collect(const Model& model, const Dataset& dataset, const Context& context);

/// "a=b" in two; throws UsageError that names the option.
std::pair<std::string, std::string> splitAssignment(const std::string& text, const std::string& option);

/// "NAME=1x3x224x224" entries as shapes by input name.
std::map<std::string, Shape> parseShapes(const std::vector<std::string>& entries);

}
