// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/targets/target.h"

namespace lathe {

struct Node;

/// Why a target does not take a choice, and the nearest one that it takes.
struct ChoiceRefusal
{
    std::string reason;
    std::optional<QuantSpec> nearest; ///< nothing: no other format of this tensor helps
};

/// Nothing when activations can be kept in this format.
std::optional<ChoiceRefusal> refuseActivations(const Target& target, const QuantSpec& activations);

/// Nothing when a kernel of the target multiplies such weights with activations of such a format, or when the operator
/// runs elsewhere in float.
std::optional<ChoiceRefusal> refuseWeights(const Target& target, const Node& node, const QuantSpec& weights,
                                           const QuantSpec& inputs);

/// Nothing when the target has a kernel for the operator, or lets it run in float.
std::optional<ChoiceRefusal> refuseOperator(const Target& target, const Node& node);

/// The offered format that costs least of what was asked: enough bits come first, then few, then the same granularity
/// and symmetry. `offered` must not be empty.
const QuantSpec& nearestSpec(const std::vector<QuantSpec>& offered, const QuantSpec& asked);

}
