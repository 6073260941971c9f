// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/plan_edits.h"

namespace lathe {
namespace {

/// Where there is one scale for what: a table keeps it where it can, and has its own else.
Granularity granularityIn(const NumberFormat& format, const Granularity& granularity)
{
    const bool group = granularity.kind == Granularity::Kind::group;
    if (group && format.kind == NumberFormat::Kind::kmeans)
        return {Granularity::Kind::channel, 0};
    return granularity.kind == Granularity::Kind::tensor ? QuantSpec::parse(format.name()).granularity : granularity;
}

/// `spec` in another format; an integer format that was a float one takes the plan's shape of numbers.
QuantSpec reformatted(const QuantSpec& spec, const QuantSpec& fallback, const NumberFormat& format)
{
    if (format.hasTable())
        return {format, granularityIn(format, spec.format.hasScale() ? spec.granularity : fallback.granularity)};
    if (format.isDynamic())
        return QuantSpec::parse(format.name());
    QuantSpec result = spec.format.isInteger() ? spec : fallback;
    if (!result.format.isInteger() && format.isInteger())
        result.symmetric = format.isSigned;
    result.format = format;
    return result;
}

NumberFormat withWidth(const QuantSpec& spec, const QuantSpec& fallback, bool signedByDefault, std::optional<int> bits)
{
    if (!bits)
        return NumberFormat::float32();
    bool isSigned = signedByDefault;
    if (spec.format.isInteger())
        isSigned = spec.format.isSigned;
    else if (fallback.format.isInteger())
        isSigned = fallback.format.isSigned;
    return NumberFormat::integer(*bits, isSigned);
}

/// Calls `change(plan of the layer)` for every layer that is not locked, and drops plans that say nothing any more.
template <typename Change>
QuantPlan edited(const QuantPlan& plan, const std::vector<Layer>& layers, Change change)
{
    QuantPlan result = plan;
    for (const Layer& layer : layers) {
        if (isLocked(plan, layer.id))
            continue;
        LayerPlan& entry = result.layers[layer.id];
        change(entry, layer);
        if (entry.weights == result.weights)
            entry.weights.reset();
        if (entry.activations == result.activations)
            entry.activations.reset();
        if (entry.empty())
            result.layers.erase(layer.id);
    }
    return result;
}

template <typename FormatOf>
QuantPlan withFormats(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, FormatOf formatOf)
{
    return edited(plan, layers, [&](LayerPlan& entry, const Layer& layer) {
        if (part != PlanPart::activations && layer.weight.valid()) {
            const QuantSpec& spec = plan.weightSpec(layer.id);
            entry.weights = reformatted(spec, plan.weights, formatOf(spec, plan.weights, true));
        }
        if (part != PlanPart::weights) {
            const QuantSpec& spec = plan.activationSpec(layer.id);
            entry.activations = reformatted(spec, plan.activations, formatOf(spec, plan.activations, false));
        }
    });
}

}

QuantPlan withBits(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, std::optional<int> bits)
{
    return withFormats(plan, layers, part, [&](const QuantSpec& spec, const QuantSpec& fallback, bool isSigned) {
        return withWidth(spec, fallback, isSigned, bits);
    });
}

QuantPlan withFormat(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, const NumberFormat& format)
{
    return withFormats(plan, layers, part, [&](const QuantSpec&, const QuantSpec&, bool) { return format; });
}

namespace {

/// What `change` makes of an integer format; others keep what they have.
template <typename Change>
QuantPlan withIntegers(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, Change change)
{
    return edited(plan, layers, [&](LayerPlan& entry, const Layer& layer) {
        if (part != PlanPart::activations && layer.weight.valid())
            entry.weights = change(plan.weightSpec(layer.id));
        if (part != PlanPart::weights)
            entry.activations = change(plan.activationSpec(layer.id));
    });
}

}

QuantPlan withGranularity(const QuantPlan& plan, const std::vector<Layer>& layers, const Granularity& granularity)
{
    return withIntegers(plan, layers, PlanPart::weights, [&](QuantSpec spec) {
        const bool group = granularity.kind == Granularity::Kind::group;
        if (spec.format.hasScale() && !(group && spec.format.kind == NumberFormat::Kind::kmeans))
            spec.granularity = granularity;
        return spec;
    });
}

QuantPlan withGrid(const QuantPlan& plan, const std::vector<Layer>& layers, PlanPart part, const GridKind& grid)
{
    return withIntegers(plan, layers, part, [&](const QuantSpec& spec) { return onGrid(spec, grid); });
}

QuantSpec onGrid(QuantSpec spec, const GridKind& grid)
{
    if (!spec.format.isInteger())
        return spec;
    spec.symmetric = grid.symmetric;
    spec.powerOfTwo = grid.powerOfTwo;
    return spec;
}

QuantSpec inFormat(const QuantSpec& spec, const NumberFormat& format)
{
    QuantSpec result = reformatted(spec, spec, format);
    if (spec.format.isInteger() && format.isInteger() && format.isSigned != spec.format.isSigned)
        result.symmetric = format.isSigned;
    return result;
}

QuantPlan withLocked(const QuantPlan& plan, const std::vector<Layer>& layers, bool locked)
{
    QuantPlan result = plan;
    for (const Layer& layer : layers) {
        LayerPlan& entry = result.layers[layer.id];
        entry.locked = locked;
        if (entry.empty())
            result.layers.erase(layer.id);
    }
    return result;
}

QuantPlan withClip(const QuantPlan& plan, const Layer& layer, std::optional<Range> clip)
{
    return edited(plan, {layer}, [&](LayerPlan& entry, const Layer&) { entry.clip = clip; });
}

QuantPlan withWeightClip(const QuantPlan& plan, const Layer& layer, std::optional<Range> clip)
{
    return edited(plan, {layer}, [&](LayerPlan& entry, const Layer&) { entry.weightClip = clip; });
}

QuantPlan withMethod(const QuantPlan& plan, const std::vector<Layer>& layers, std::optional<MethodChoice> method)
{
    return edited(plan, layers, [&](LayerPlan& entry, const Layer&) { entry.method = method; });
}

QuantPlan withoutLayers(const QuantPlan& plan)
{
    QuantPlan result = plan;
    std::erase_if(result.layers, [](const auto& entry) { return !entry.second.locked; });
    return result;
}

bool isLocked(const QuantPlan& plan, const std::string& layer)
{
    const auto found = plan.layers.find(layer);
    return found != plan.layers.end() && found->second.locked;
}

std::string weightFormat(const QuantPlan& plan, const Layer& layer)
{
    return layer.weight.valid() ? plan.weightSpec(layer.id).format.name() : std::string();
}

std::string activationFormat(const QuantPlan& plan, const Layer& layer)
{
    return plan.activationSpec(layer.id).format.name();
}

}
