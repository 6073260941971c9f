// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/calibration/calibrator.h"
#include "core/numeric/number_format.h"

namespace lathe {

/// What a person decided for one layer; what is absent follows the default.
struct LayerPlan {
    std::optional<QuantSpec> weights;
    std::optional<QuantSpec> activations;
    std::optional<MethodChoice> method;
    std::optional<Range> clip;   ///< manual clipping range of the activations
    bool locked = false;
    std::optional<Range> weightClip = {};  ///< manual clipping range of the weights: no range goes beyond it

    bool empty() const { return !weights && !activations && !method && !clip && !locked && !weightClip; }
    bool operator==(const LayerPlan&) const = default;
};

/// Intent: number format, granularity and range method, by default and per layer (cli.md's plan file).
struct QuantPlan {
    QuantSpec weights = QuantSpec::parse("int8:channel:symmetric");
    QuantSpec activations = QuantSpec::parse("uint8:tensor:asymmetric");
    MethodChoice method = MethodChoice::parse("mse");
    std::string target = "generic";
    std::map<std::string, LayerPlan> layers;  ///< by layer id

    const QuantSpec& weightSpec(const std::string& layer) const;
    const QuantSpec& activationSpec(const std::string& layer) const;
    const MethodChoice& methodOf(const std::string& layer) const;
    Digest digest() const;
    bool operator==(const QuantPlan&) const = default;
};

/// cli.md's plan file. Layer keys may be ids or names; `parsePlan` keeps them as written (resolve maps names to ids).
/// Throws Error{planInvalid, jsonField}.
QuantPlan parsePlan(const Json& json, std::string_view where);
Json planToJson(const QuantPlan& plan);

}  // namespace lathe
