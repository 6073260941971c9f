// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/bundle/bundle.h"
#include "core/evaluation/evaluate.h"
#include "core/project/model.h"
#include "core/project/pipeline.h"

namespace lathe {

/// What only a person knows about a release.
struct Release
{
    std::string product; ///< see Manifest; productName() makes one of a file name
    std::string version;
    std::string channel = "stable";
    std::int64_t releaseCounter = 1;
    std::int64_t minReleaseCounter = 0;
    std::string created; ///< of the stored validation run when empty
    std::string expires;
    std::string notes;
    std::string license;
    std::string runtime = "onnxruntime";
    std::string minRuntime;
    std::string arch;
    std::optional<double> maxLoss; ///< a metric that lost more does not pass
};

/// Where the released model comes from.
struct ReleaseParts
{
    const Model& model;
    const Quantized& quantized;
    const Statistics* statistics = nullptr;    ///< none: without "calibration"
    const EvaluationRun* validation = nullptr; ///< none: without "validation" and metrics
    std::span<const std::byte> artifact;       ///< the exported file; must outlive the BundleInput
    std::string artifactFormat = "onnx";
    std::int64_t artifactOpset = 13;
};

/// `text` as a product name: other characters become '-'; "model" when nothing is left.
std::string productName(std::string_view text);

/// Everything that createBundle needs, taken from the pipeline's results. Throws Error{invalidArgument} when
/// neither `created` nor a validation run gives the time.
BundleInput describeRelease(const Release& release, const ReleaseParts& parts);

} // namespace lathe
