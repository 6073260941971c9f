// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/bundle/bundle.h"
#include "core/project/pipeline.h"

#include <string>

namespace lathe {

/// What a person says about a release; the rest of the manifest follows from the model and its runs.
struct ReleaseInfo
{
    std::string product;          ///< empty: made of the model's file name
    std::string version = "1.0.0";
    std::string channel = "stable";
    std::int64_t releaseCounter = 1;
    std::int64_t minReleaseCounter = 0;
    std::string expires; ///< "2027-11-20T00:00:00Z", may be empty
    std::string license;
    std::string notes;
};

/// The bundle of a quantized model: `artifact` is the exported file (must outlive the result), `run` the validation run
/// that its metrics come from (the bundle's time is that run's, or SOURCE_DATE_EPOCH: never the clock). Throws
/// Error{invalidArgument} when the run belongs to another plan.
BundleInput describeBundle(const Model& model, const Quantized& quantized, const Statistics& statistics,
                           const EvaluationRun& run, std::span<const std::byte> artifact, const ReleaseInfo& release);

/// A product name that a manifest takes, made of any text: "My Model!" gives "My-Model".
std::string productName(std::string_view text);

}
