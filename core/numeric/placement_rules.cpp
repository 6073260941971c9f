// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/placement_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/graph/graph.h"

namespace lathe {

namespace {

constexpr std::array<std::pair<std::string_view, Placement>, 5> placementNames{{
    {"point", Placement::point},
    {"none", Placement::none},
    {"sameAsOutput", Placement::sameAsOutput},
    {"sameAsInput", Placement::sameAsInput},
    {"float", Placement::floating},
}};

[[noreturn]] void failField(std::string_view where, std::string_view field, std::string_view reason)
{
    throw Error(ErrorCode::jsonField, std::string(where),
                {{"field", std::string(field)}, {"reason", std::string(reason)}});
}

OperandRule parseFixed(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    OperandRule rule;
    rule.placement = Placement::fixed;
    rule.scale = static_cast<float>(object.real("scale"));
    if (!(rule.scale > 0) || std::isinf(rule.scale))
        object.fail("scale", "must be a positive number");
    const std::int64_t zeroPoint = object.integer("zeroPoint", 0);
    if (zeroPoint < std::numeric_limits<std::int16_t>::min() ||
        zeroPoint > std::numeric_limits<std::uint16_t>::max())
        object.fail("zeroPoint", "must fit in 16 bits");
    rule.zeroPoint = static_cast<std::int32_t>(zeroPoint);
    object.expectNoMore();
    return rule;
}

/// "point", "none", "sameAsOutput", "sameAsInput", "float" or {"scale": s, "zeroPoint": z}.
OperandRule parseOperand(const Json& json, const std::string& where, std::string_view field)
{
    if (json.is_object())
        return parseFixed(json, where + ": " + std::string(field));
    if (json.is_string())
        for (const auto& [name, placement] : placementNames)
            if (json.get_ref<const std::string&>() == name)
                return {placement, 0, 0};
    failField(where, field,
              "must be \"point\", \"none\", \"sameAsOutput\", \"sameAsInput\", \"float\" or an object with "
              "scale and zeroPoint");
}

void parseWeights(const Json& json, const std::string& where, OperatorRule& rule)
{
    JsonObject object(json, where);
    rule.weightPerChannel = object.boolean("perChannel", true);
    rule.narrowWeights = object.boolean("narrow", false);
    if (object.has("axis")) {
        const std::int64_t axis = object.integer("axis");
        if (axis < 0 || axis > 7)
            object.fail("axis", "must be between 0 and 7");
        rule.weightAxis = static_cast<int>(axis);
    }
    object.expectNoMore();
}

OperatorRule parseRule(JsonObject& object, const std::string& where)
{
    OperatorRule rule;
    if (object.has("inputs"))
        for (const Json& input : object.array("inputs"))
            rule.inputs.push_back(parseOperand(input, where, "inputs"));
    if (object.has("output"))
        rule.output = parseOperand(object.any("output"), where, "output");
    if (rule.output.placement == Placement::sameAsOutput)
        object.fail("output", "cannot be the same as itself");
    for (const OperandRule& input : rule.inputs)
        if (input.placement == Placement::sameAsInput)
            object.fail("inputs", "cannot be the same as themselves");
    if (object.has("weights"))
        parseWeights(object.object("weights"), where + ": weights", rule);
    rule.quantizeBias = object.boolean("quantizeBias", true);
    return rule;
}

/// "Resize[mode=linear]" fits a Resize whose attribute says so.
bool conditionFits(std::string_view condition, const Node& node)
{
    const std::size_t equals = condition.find('=');
    if (equals == std::string_view::npos || condition.empty() || condition.back() != ']')
        return false;
    const std::string_view wanted = condition.substr(equals + 1, condition.size() - equals - 2);
    const auto attribute = node.attributes.find(condition.substr(0, equals));
    if (attribute == node.attributes.end())
        return false;
    if (const auto* text = std::get_if<std::string>(&attribute->second))
        return *text == wanted;
    if (const auto* number = std::get_if<std::int64_t>(&attribute->second))
        return std::to_string(*number) == wanted;
    return false;
}

} // namespace

const OperandRule& OperatorRule::input(std::size_t index) const
{
    static const OperandRule nothing;
    if (inputs.empty())
        return nothing;
    return inputs[std::min(index, inputs.size() - 1)];
}

Encoding fixedEncoding(const OperandRule& rule, const QuantSpec& spec)
{
    constexpr int ruleBits = 8;
    constexpr std::int32_t lowestRuleCode = -128, highestRuleCode = 127;
    const int bits = spec.format.bits;
    Encoding encoding;
    encoding.format = spec.format;
    encoding.minimumCode = spec.format.minimumCode();
    encoding.maximumCode = spec.format.maximumCode();
    // Codes of unsigned formats are those of signed ones, moved up by half the range.
    const std::int32_t middle = spec.format.isSigned ? 0 : 1 << (bits - 1);
    if (spec.symmetric) {
        const std::int32_t side = std::max(rule.zeroPoint - lowestRuleCode, highestRuleCode + 1 - rule.zeroPoint);
        encoding.scale = {std::ldexp(rule.scale * static_cast<float>(side), 1 - bits)};
        encoding.zeroPoint = {middle};
        return encoding;
    }
    encoding.scale = {std::ldexp(rule.scale, ruleBits - bits)};
    const double zeroPoint = std::nearbyint(std::ldexp(static_cast<double>(rule.zeroPoint), bits - ruleBits));
    encoding.zeroPoint = {std::clamp(static_cast<std::int32_t>(zeroPoint) + middle, encoding.minimumCode, encoding.maximumCode)};
    return encoding;
}

const OperatorRule* PlacementRules::find(std::string_view op) const
{
    const auto found = operators.find(op);
    return found == operators.end() ? nullptr : &found->second;
}

const OperatorRule* PlacementRules::find(const Node& node) const
{
    const std::string key = node.domain.empty() ? node.op : node.domain + "::" + node.op;
    const std::string prefix = key + "[";
    for (auto rule = operators.lower_bound(prefix);
         rule != operators.end() && rule->first.starts_with(prefix); ++rule)
        if (conditionFits(std::string_view(rule->first).substr(prefix.size()), node))
            return &rule->second;
    return find(key);
}

PlacementRules parsePlacementRules(const Json& json, std::string_view where)
{
    JsonObject object(json, std::string(where));
    PlacementRules rules;
    rules.id = object.string("id", "");
    rules.quantizeGraphInputs = object.boolean("quantizeGraphInputs", true);
    rules.symmetricActivations = object.boolean("symmetricActivations", false);
    std::size_t index = 0;
    for (const Json& entry : object.array("rules")) {
        const std::string place = std::string(where) + ": rules[" + std::to_string(index++) + "]";
        JsonObject ruleObject(entry, place);
        const Json& names = ruleObject.array("operators");
        const OperatorRule rule = parseRule(ruleObject, place);
        ruleObject.expectNoMore();
        for (const Json& name : names) {
            if (!name.is_string())
                failField(place, "operators", "must hold operator names");
            if (!rules.operators.emplace(name.get<std::string>(), rule).second)
                failField(place, "operators",
                          "names " + name.get<std::string>() + ", which has a rule already");
        }
    }
    object.expectNoMore();
    return rules;
}

} // namespace lathe
