// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/numeric/encoding.h"
#include "core/numeric/number_format.h"

namespace lathe {

struct Node;

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
    float scale = 0;              ///< for fixed: of 8-bit codes
    std::int32_t zeroPoint = 0;   ///< for fixed: of codes from -128 to 127
};

/// Rules for one operator.
struct OperatorRule {
    std::vector<OperandRule> inputs;   ///< the last one repeats for variadic operators; empty = none
    OperandRule output;
    bool weightPerChannel = true;      ///< may be per channel
    std::optional<int> weightAxis;     ///< axis of per-channel weights; nothing: the layer's output channels
    bool narrowWeights = false;        ///< -127..127
    bool quantizeBias = true;          ///< int32 at sx*sw, zero-point 0

    const OperandRule& input(std::size_t index) const;
};

/// The fixed grid of `rule` in another integer format: the same range of 256 steps, in as many steps as the format has.
/// Symmetric formats take the larger side (softmax in int16: 1/32768 and 0, as TensorFlow Lite has it).
Encoding fixedEncoding(const OperandRule& rule, const QuantSpec& spec);

/// A target's placement rules: data, read from its profile. Operators not listed stay in float. A key "Op[attribute=value]"
/// holds for nodes with that attribute and goes before the plain "Op".
struct PlacementRules {
    std::string id;
    std::map<std::string, OperatorRule, std::less<>> operators;
    bool quantizeGraphInputs = true;
    bool symmetricActivations = false;

    const OperatorRule* find(std::string_view op) const;  ///< by key; null when there is none
    const OperatorRule* find(const Node& node) const;
};

/// {"quantizeGraphInputs", "symmetricActivations", "rules": [{"operators": [...], "inputs": [...], "output", "weights":
/// {"perChannel", "narrow", "axis"}, "quantizeBias"}]}. Throws Error{jsonField} that explains the mistake.
PlacementRules parsePlacementRules(const Json& json, std::string_view where);
/// ONNX Runtime's rules (architecture: "generic"), the default target.
const PlacementRules& genericRules();

}  // namespace lathe
