// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plan_options.h"

#include "app/cli/context.h"
#include "core/base/error.h"
#include "core/calibration/calibrator.h"
#include "core/quant/plan_ends.h"
#include "core/quant/resolve.h"
#include "core/quant/target_refusals.h"
#include "core/targets/catalog.h"

namespace lathe::cli {
namespace {

/// What `parse` makes of an option's value; a value that it refuses is wrong usage.
template <typename Parse>
auto parsed(const char* option, const std::string& value, Parse parse)
{
    try {
        return parse(value);
    } catch (const Error& error) {
        throw UsageError(Error(error.code(), option, error.values()).what());
    }
}

/// "int4" keeps the granularity that the plan has; weights that had none get one scale a channel.
QuantSpec weightSpec(const std::string& text, const QuantSpec& before)
{
    QuantSpec spec = parsed("--weights", text, QuantSpec::parse);
    if (spec.format.isInteger() && text.find(':') == std::string::npos)
        spec.granularity = before.format.isInteger() ? before.granularity : Granularity::parse("channel");
    return spec;
}

void setGranularity(QuantSpec& weights, const std::string& text)
{
    const Granularity granularity = parsed("--granularity", text, Granularity::parse);
    if (weights.format.hasTable())
        weights = parsed("--granularity", weights.format.name() + ":" + granularity.name(), QuantSpec::parse);
    else if (weights.format.isInteger())
        weights.granularity = granularity;
}

/// What a plan file asks for stays; defaults follow the target.
QuantPlan forTarget(const PlanOptions& options, QuantPlan base, const Fs& fs)
{
    const TargetPtr target =
        options.target.ends_with(".json") ? addTargetFile(fs, options.target) : targetNamed(options.target);
    if (options.planFile.empty())
        return retargeted(base, *target);
    base.target = target->id;
    return base;
}

}

bool PlanOptions::empty() const
{
    for (const std::string* option : {&weights, &activations, &granularity, &method, &algorithms, &planFile, &target})
        if (!option->empty())
            return false;
    return endBits == 0;
}

void addPlanOptions(CLI::App& command, PlanOptions& options)
{
    command.add_option("--weights", options.weights, "Weight format, for example int8");
    command.add_option("--activations", options.activations, "Activation format, for example uint8 or float32");
    command.add_option("--granularity", options.granularity, "Scales of the weights: tensor, channel or group:N");
    command.add_option("--method", options.method, "Range method, with :value as wanted: " + calibrators().ids());
    command.add_option("--algorithms", options.algorithms,
                       "Post-training algorithms, with commas, each with :option=value as wanted: " + algorithms().ids());
    command.add_option("--ends", options.endBits,
                       "Bits, at least, of the first and last layer: weights, outputs, and what they read")
        ->check(CLI::Range(2, 16));
    command.add_option("--plan", options.planFile, "Plan file");
    command.add_option("--target", options.target, "Target: an id that \"targets\" lists, or a profile file (.json)");
}

QuantPlan planFor(const PlanOptions& options, QuantPlan base, const Model& model, const Fs& fs)
{
    if (!options.planFile.empty())
        base = parsePlan(parseJson(fs.readText(options.planFile), options.planFile), options.planFile);
    if (!options.target.empty())
        base = forTarget(options, std::move(base), fs);
    if (!options.weights.empty())
        base.weights = weightSpec(options.weights, base.weights);
    if (!options.granularity.empty())
        setGranularity(base.weights, options.granularity);
    if (!options.activations.empty())
        base.activations = parsed("--activations", options.activations, QuantSpec::parse);
    if (!options.method.empty())
        base.method = parsed("--method", options.method, MethodChoice::parse);
    if (options.endBits > 0)
        base = withWideEnds(withLayerIds(base, model.layers), model.graph, model.layers, options.endBits);
    return base;
}

std::vector<AlgorithmChoice> algorithmsFor(const PlanOptions& options)
{
    if (options.algorithms.empty())
        return {};
    return parsed("--algorithms", options.algorithms, parseAlgorithms);
}

}
