// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/target_profile.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::array<std::string_view, 3> sourceKinds{"documented: ", "measured: ", "estimate: "};

Figure parseFigure(JsonObject& parent, std::string_view key, const std::string& where, double minimum = 0)
{
    JsonObject object(parent.object(key), where + ": " + std::string(key));
    Figure figure;
    figure.value = object.real("value");
    if (!std::isfinite(figure.value) || figure.value < minimum)
        object.fail("value", minimum > 0 ? "must be greater than 0" : "must not be negative");
    figure.source = object.string("source");
    const auto isKind = [&](std::string_view kind) {
        return figure.source.starts_with(kind) && figure.source.size() > kind.size();
    };
    if (std::none_of(sourceKinds.begin(), sourceKinds.end(), isKind))
        object.fail("source", "must say where the figure comes from and begin with \"documented: \", "
                              "\"measured: \" or \"estimate: \"");
    object.expectNoMore();
    return figure;
}

constexpr double smallestFigure = 1e-9;

Figure parsePositive(JsonObject& parent, std::string_view key, const std::string& where)
{
    return parseFigure(parent, key, where, smallestFigure);
}

QuantSpec parseSpec(const Json& json, const JsonObject& object, std::string_view key)
{
    if (!json.is_string())
        object.fail(key, "must hold formats like \"int8:channel:symmetric\"");
    try {
        return QuantSpec::parse(json.get_ref<const std::string&>());
    } catch (const Error& error) {
        object.fail(key, "holds a format that is not one: " + error.message());
    }
}

/// "any" instead of a list: every format.
bool isAny(JsonObject& object, std::string_view key)
{
    const Json& value = object.any(key);
    return value.is_string() && value.get_ref<const std::string&>() == "any";
}

/// Empty for "any".
std::vector<QuantSpec> parseSpecs(JsonObject& object, std::string_view key)
{
    std::vector<QuantSpec> specs;
    if (isAny(object, key))
        return specs;
    for (const Json& entry : object.array(key))
        specs.push_back(parseSpec(entry, object, key));
    if (specs.empty())
        object.fail(key, "must name at least one format");
    return specs;
}

KernelRule parseKernel(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    KernelRule rule;
    for (const Json& name : object.array("operators")) {
        if (!name.is_string() || name.get_ref<const std::string&>().empty())
            object.fail("operators", "must hold operator names");
        rule.operators.push_back(name.get<std::string>());
    }
    if (rule.operators.empty())
        object.fail("operators", "must name at least one operator");
    if (object.has("weights")) {
        rule.weights = parseSpecs(object, "weights");
        rule.anyWeights = rule.weights.empty();
    }
    rule.inputs = parseSpecs(object, "inputs");
    rule.anyInputs = rule.inputs.empty();
    object.expectNoMore();
    return rule;
}

int parseBits(JsonObject& object, std::string_view key)
{
    const std::int64_t bits = object.integer(key);
    if (bits < 2 || bits > 32)
        object.fail(key, "must be between 2 and 32, where 32 stands for float");
    return static_cast<int>(bits);
}

MacCost parseMac(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    MacCost cost;
    cost.weightBits = parseBits(object, "weightBits");
    cost.inputBits = parseBits(object, "inputBits");
    cost.depthwise = object.boolean("depthwise", false);
    cost.cyclesPerMac = parsePositive(object, "cyclesPerMac", where);
    cost.picojoulesPerMac = parseFigure(object, "picojoulesPerMac", where);
    object.expectNoMore();
    return cost;
}

MemoryModel parseMemory(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    MemoryModel memory;
    for (const double bits : object.reals("containerBits")) {
        if (bits != 2 && bits != 4 && bits != 8 && bits != 16 && bits != 32)
            object.fail("containerBits", "must hold widths out of 2, 4, 8, 16 and 32");
        memory.containerBits.push_back(static_cast<int>(bits));
    }
    std::sort(memory.containerBits.begin(), memory.containerBits.end());
    if (memory.containerBits.empty() || memory.containerBits.back() != 32)
        object.fail("containerBits", "must hold 32, in which float and biases are kept");
    memory.alignmentBytes = object.integer("alignmentBytes", 1);
    if (memory.alignmentBytes < 1 || memory.alignmentBytes > 4096)
        object.fail("alignmentBytes", "must be between 1 and 4096");
    if (object.has("flashBytes"))
        memory.flashBytes = parsePositive(object, "flashBytes", where);
    if (object.has("sramBytes"))
        memory.sramBytes = parsePositive(object, "sramBytes", where);
    object.expectNoMore();
    return memory;
}

CostModel parseCost(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    CostModel cost;
    cost.clockMhz = parsePositive(object, "clockMhz", where);
    std::size_t index = 0;
    for (const Json& entry : object.array("macs"))
        cost.macs.push_back(parseMac(entry, where + ".macs[" + std::to_string(index++) + "]"));
    cost.cyclesPerElement = parsePositive(object, "cyclesPerElement", where);
    cost.picojoulesPerElement = parseFigure(object, "picojoulesPerElement", where);
    cost.cyclesPerLayer = parseFigure(object, "cyclesPerLayer", where);
    cost.weightBytesPerCycle = parsePositive(object, "weightBytesPerCycle", where);
    cost.activationBytesPerCycle = parsePositive(object, "activationBytesPerCycle", where);
    cost.picojoulesPerWeightByte = parseFigure(object, "picojoulesPerWeightByte", where);
    cost.picojoulesPerActivationByte = parseFigure(object, "picojoulesPerActivationByte", where);
    cost.overlapped = object.boolean("overlapped", false);
    object.expectNoMore();
    return cost;
}

void parseDefaults(const Json& json, const std::string& where, Target& target)
{
    JsonObject object(json, where);
    target.defaultWeights = parseSpec(object.any("weights"), object, "weights");
    target.defaultActivations = parseSpec(object.any("activations"), object, "activations");
    object.expectNoMore();
    const auto takesActivations = [&](const QuantSpec& offered) { return accepts(offered, target.defaultActivations); };
    if (!target.activations.empty() &&
        std::none_of(target.activations.begin(), target.activations.end(), takesActivations))
        object.fail("activations", "must be one of the profile's own activation formats");
    const auto takesBoth = [&](const KernelRule& rule) {
        return takesWeights(rule, target.defaultWeights) && takesInputs(rule, target.defaultActivations);
    };
    if (std::none_of(target.kernels.begin(), target.kernels.end(), takesBoth))
        object.fail("weights", "must be a format that one of the kernels takes together with the default activations");
}

int costBits(const QuantSpec& spec)
{
    return spec.format.isInteger() ? spec.format.bits : 32;
}

/// Every pair of widths that a kernel takes must have a price.
void checkCosts(const Target& target, const std::string& where)
{
    const auto hasCost = [&](int weightBits, int inputBits) {
        return std::any_of(target.cost.macs.begin(), target.cost.macs.end(), [&](const MacCost& cost) {
            return !cost.depthwise && cost.weightBits >= weightBits && cost.inputBits >= inputBits;
        });
    };
    for (const KernelRule& rule : target.kernels)
        for (const QuantSpec& weights : rule.weights)
            for (const QuantSpec& inputs : rule.inputs)
                if (!hasCost(costBits(weights), costBits(inputs)))
                    throw Error(ErrorCode::jsonField, where + ": cost",
                                {{"field", "macs"},
                                 {"reason", "has no entry for " + weights.format.name() + " weights with " +
                                                inputs.format.name() + " inputs, which a kernel takes"}});
    if (!hasCost(32, 32))
        throw Error(ErrorCode::jsonField, where + ": cost",
                    {{"field", "macs"}, {"reason", "needs an entry of 32 and 32 bits, for what runs in float"}});
}

std::string parseId(JsonObject& object)
{
    const std::string id = object.string("id");
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    if (id.empty() || id.size() > 64 || !std::all_of(id.begin(), id.end(), isAllowed))
        object.fail("id", "must be 1 to 64 of the characters a to z, 0 to 9, \"-\", \"_\" and \".\"");
    return id;
}

Fallback parseFallback(JsonObject& object)
{
    const std::string text = object.string("otherOperators");
    if (text == "float")
        return Fallback::floating;
    if (text == "refused")
        return Fallback::refused;
    object.fail("otherOperators", "must be \"float\" or \"refused\"");
}

FileRules parseFiles(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    FileRules files;
    files.signedActivations = object.boolean("signedActivations", false);
    object.expectNoMore();
    return files;
}

}

Target parseTarget(const Json& json, std::string_view where)
{
    const std::string place(where);
    JsonObject object(json, place);
    if (object.integer("schema") != targetSchema)
        object.fail("schema", "must be " + std::to_string(targetSchema) + ", the form that this program reads");
    Target target;
    target.id = parseId(object);
    target.label = object.string("label");
    if (target.label.empty())
        object.fail("label", "must not be empty");
    target.notes = object.string("notes", "");
    target.placement = parsePlacementRules(object.object("placement"), place + ": placement");
    target.placement.id = target.id;
    target.activations = parseSpecs(object, "activations");
    std::size_t index = 0;
    for (const Json& entry : object.array("kernels"))
        target.kernels.push_back(parseKernel(entry, place + ": kernels[" + std::to_string(index++) + "]"));
    target.fallback = parseFallback(object);
    parseDefaults(object.object("defaults"), place + ": defaults", target);
    target.memory = parseMemory(object.object("memory"), place + ": memory");
    target.cost = parseCost(object.object("cost"), place + ": cost");
    if (object.has("files"))
        target.files = parseFiles(object.object("files"), place + ": files");
    object.expectNoMore();
    checkCosts(target, place);
    target.digest = sha256(dumpJson(json));
    return target;
}

}
