// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/project/pipeline.h"
#include "core/project/project.h"

namespace lathe {

/// What algorithms made of a plan, as the project keeps it beside the codes: enough to have the quantized
/// graph again without running them.
struct Adjustment
{
    Digest plan; ///< the plan that it belongs to
    std::vector<AlgorithmStep> steps;
    Encodings encodings;
    std::map<std::string, Tensor> constants; ///< constants of the float graph that changed
    std::map<std::string, Tensor>
        limits; ///< limits of channels that the float graph got (addChannelLimits())
    std::map<std::string, Tensor> factors; ///< and factors before functions (addChannelFactors())
    std::map<std::string, Tensor> biases;  ///< corrected biases
};

/// Nothing when no algorithm ran.
std::optional<Adjustment> adjustmentOf(const Model& model, const Quantized& quantized);
/// The quantized model that it was taken from. Throws Error{projectInvalid} where it does not fit the model.
std::shared_ptr<const Quantized> restoreQuantized(const Model& model, const QuantPlan& plan,
                                                  const Codes& codes, const Adjustment& adjustment,
                                                  const Statistics& statistics);

/// The quantized model that algorithms made of this plan, as the project keeps it; null where they made none
/// of it. Throws Error{projectInvalid}.
std::shared_ptr<const Quantized> storedAdjusted(const Project& project, const Model& model,
                                                const QuantPlan& plan, const Statistics& statistics);
/// Codes, and what algorithms made beside them.
void storeQuantized(Project& project, const Model& model, const Quantized& quantized);

/// As the project file keeps it, and back. Throws Error{projectInvalid}.
void storeAdjustment(Project& project, const std::optional<Adjustment>& adjustment);
std::optional<Adjustment> storedAdjustment(const Project& project);

Json stepToJson(const AlgorithmStep& step);

} // namespace lathe
