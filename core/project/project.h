// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/figure_store.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/calibration/statistics.h"
#include "core/evaluation/evaluate.h"
#include "core/project/assignment_run.h"
#include "core/quant/encodings.h"
#include "core/quant/quant_plan.h"

namespace lathe {

/// Where a project's model or dataset file is and what it was when the project used it.
struct FileReference {
    Path path;       ///< stored relative to the project when possible
    Digest digest;
};

/// The saved project: one SQLite file (".lathe"). Every setter is one transaction; what was set survives a crash.
/// Files from elsewhere are opened defensively: schema checked, no triggers or views trusted, sizes limited, blobs
/// verified by digest. One object belongs to one thread at a time.
class Project {
public:
    /// Makes a new file and lets `fill` set what it is to hold; appears whole or not at all, and what it replaces stays
    /// until then. Throws Error{fileNotWritable, diskFull} and what `fill` throws.
    static std::unique_ptr<Project> create(const Path& path, bool overwrite = false,
                                           const std::function<void(Project&)>& fill = {});
    /// Throws Error{fileNotFound, projectInvalid, projectNewer}.
    static std::unique_ptr<Project> open(const Path& path, bool readOnly = false);
    virtual ~Project() = default;

    virtual const Path& path() const = 0;

    virtual std::optional<FileReference> model() const = 0;
    virtual void setModel(const FileReference& model) = 0;
    virtual std::optional<FileReference> dataset() const = 0;
    virtual void setDataset(const FileReference& dataset) = 0;
    virtual std::optional<FileReference> targetProfile() const = 0;  ///< of a target of the user's own
    virtual void setTargetProfile(const FileReference& profile) = 0;

    virtual std::shared_ptr<const Statistics> statistics() const = 0;  ///< null when not calibrated
    virtual void setStatistics(const Statistics& statistics) = 0;

    virtual std::optional<QuantPlan> plan() const = 0;
    virtual void setPlan(const QuantPlan& plan) = 0;
    virtual std::optional<Codes> codes() const = 0;
    virtual void setCodes(const Codes& codes) = 0;

    /// What algorithms made beside the codes: a document, and tensors by kind and name. Nothing when none ran.
    struct Adjusted {
        Json document;
        std::map<std::string, std::map<std::string, Tensor>> tensors;
    };
    virtual std::optional<Adjusted> adjusted() const = 0;
    virtual void setAdjusted(const std::optional<Adjusted>& adjusted) = 0;

    /// What sensitivity and searches for bits measured, so that they go on where they were stopped; gone with the
    /// statistics.
    virtual FigureStore& figures() = 0;
    /// All of it, for a copy of the project.
    virtual std::vector<FigureStore::Entry> allFigures() const = 0;
    /// The newest search for bits, also one that was stopped; nothing before, and gone with the statistics.
    virtual std::optional<AssignmentRun> assignment() const = 0;
    virtual void setAssignment(const AssignmentRun& run) = 0;

    /// Runs in the order they were stored, newest last.
    virtual std::vector<EvaluationRun> runs() const = 0;
    virtual void addRun(const EvaluationRun& run) = 0;
};

}  // namespace lathe
