// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/verb.h"
#include "app/common/resource_path.h"
#include "core/targets/catalog.h"

namespace lathe::cli {
namespace {

Json namesOf(const std::vector<QuantSpec>& specs, bool any)
{
    if (any)
        return "any";
    Json names = Json::array();
    for (const QuantSpec& spec : specs)
        names.push_back(spec.name());
    return names;
}

Json kernelToJson(const KernelRule& rule)
{
    Json json = {{"operators", rule.operators}, {"inputs", namesOf(rule.inputs, rule.anyInputs)}};
    if (rule.anyWeights || !rule.weights.empty())
        json["weights"] = namesOf(rule.weights, rule.anyWeights);
    return json;
}

Json figureToJson(const std::optional<Figure>& figure)
{
    return figure ? Json{{"value", figure->value}, {"source", figure->source}} : Json(nullptr);
}

Json targetToJson(const Target& target)
{
    Json json = {{"id", target.id},
                 {"label", target.label},
                 {"notes", target.notes},
                 {"builtin", addedTargetFile(target.id).empty()},
                 {"defaults",
                  {{"weights", target.defaultWeights.name()}, {"activations", target.defaultActivations.name()}}},
                 {"activations", namesOf(target.activations, target.activations.empty())},
                 {"kernels", Json::array()},
                 {"otherOperators", target.fallback == Fallback::floating ? "float" : "refused"},
                 {"alignmentBytes", target.memory.alignmentBytes},
                 {"flashBytes", figureToJson(target.memory.flashBytes)},
                 {"sramBytes", figureToJson(target.memory.sramBytes)},
                 {"clockMhz", figureToJson(target.cost.clockMhz)}};
    for (const KernelRule& rule : target.kernels)
        json["kernels"].push_back(kernelToJson(rule));
    return json;
}

int listTargets(Context& context)
{
    Json json = {{"folder", userTargetsDir().string()}, {"targets", Json::array()}};
    std::string text;
    for (const TargetPtr& target : allTargets()) {
        json["targets"].push_back(targetToJson(*target));
        text += target->id + ": " + target->label + " (" + target->defaultWeights.name() + " weights, " +
                target->defaultActivations.name() + " activations)\n";
    }
    context.report(json, text + "Profiles of your own: " + userTargetsDir().string() + "\n");
    return done;
}

VerbAction declare(CLI::App&)
{
    return [](Context& context) { return listTargets(context); };
}

}

void register_targets(Table<Verb>& table)
{
    table.add({.id = "targets", .summary = "List the device profiles", .declare = declare});
}

}
