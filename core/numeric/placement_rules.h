// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/numeric/number_format.h"

namespace lathe {

/// Where a target wants Quantize/Dequantize around one operand of an operator.
enum class Placement : std::uint8_t {
    point,          ///< a quantization point of its own
    none,           ///< whatever the value has; no demand
    sameAsOutput,   ///< shares the output's grid
    sameAsInput,    ///< shares the (first) input's grid: the operator only moves or selects values
    fixed,          ///< a fixed scale and zero-point
    floating,       ///< must be float: dequantized before the operator
};

struct OperandRule {
    Placement placement = Placement::none;
    float scale = 0;              ///< for fixed
    std::int32_t zeroPoint = 0;   ///< for fixed
};

/// Rules for one operator.
struct OperatorRule {
    std::vector<OperandRule> inputs;   ///< the last one repeats for variadic operators; empty = none
    OperandRule output;
    bool weightPerChannel = true;      ///< may be per channel
    int weightAxis = 0;                ///< axis of per-channel weights
    bool narrowWeights = false;        ///< -127..127
    bool quantizeBias = true;          ///< int32 at sx*sw, zero-point 0
};

/// A target's placement rules: data, read from its profile. Operators not listed stay in float.
struct PlacementRules {
    std::string id;
    std::map<std::string, OperatorRule, std::less<>> operators;
    bool quantizeGraphInputs = true;
    bool symmetricActivations = false;

    const OperatorRule* find(std::string_view op) const;
};

/// Throws Error{jsonField} that explains the mistake.
PlacementRules parsePlacementRules(const Json& json, std::string_view where);
/// ONNX Runtime's rules (architecture: "generic"), the default target.
const PlacementRules& genericRules();

}  // namespace lathe
