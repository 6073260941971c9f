// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_plan.h"

#include <cmath>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::size_t mostLayers = 100000;

/// Runs a parser of one field; what it finds wrong is told of that field.
template <typename Parse>
auto parseField(JsonObject& object, const std::string& key, Parse&& parse)
{
    const std::string text = object.string(key);
    try {
        return parse(text);
    } catch (const Error& error) {
        object.fail(key, "is not valid: " + error.message());
    }
}

QuantSpec parseSpec(JsonObject& object, const std::string& key)
{
    return parseField(object, key, [&](const std::string& text) {
        const QuantSpec spec = QuantSpec::parse(text);
        constexpr int largestBits = 16;
        if (spec.format.isInteger() && spec.format.bits > largestBits)
            object.fail(key, "must have 2 to 16 bits");
        return spec;
    });
}

MethodChoice parseMethod(JsonObject& object)
{
    return parseField(object, "method", [](const std::string& text) { return MethodChoice::parse(text); });
}

Range parseClip(JsonObject& object, const std::string& key)
{
    const std::vector<double> ends = object.reals(key);
    if (ends.size() != 2)
        object.fail(key, "must hold the low and the high end");
    const Range clip{static_cast<float>(ends[0]), static_cast<float>(ends[1])};
    if (!std::isfinite(clip.low) || !std::isfinite(clip.high) || clip.low > 0 || clip.high < 0 ||
        clip.low == clip.high)
        object.fail(key, "must enclose zero");
    return clip;
}

LayerPlan parseLayer(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    LayerPlan layer;
    if (object.has("weights"))
        layer.weights = parseSpec(object, "weights");
    if (object.has("activations"))
        layer.activations = parseSpec(object, "activations");
    if (object.has("method"))
        layer.method = parseMethod(object);
    if (object.has("clip"))
        layer.clip = parseClip(object, "clip");
    if (object.has("weightClip"))
        layer.weightClip = parseClip(object, "weightClip");
    layer.locked = object.boolean("locked", false);
    object.expectNoMore();
    return layer;
}

Json layerToJson(const LayerPlan& layer)
{
    Json json = Json::object();
    if (layer.weights)
        json["weights"] = layer.weights->name();
    if (layer.activations)
        json["activations"] = layer.activations->name();
    if (layer.method)
        json["method"] = layer.method->text();
    if (layer.clip)
        json["clip"] = {layer.clip->low, layer.clip->high};
    if (layer.weightClip)
        json["weightClip"] = {layer.weightClip->low, layer.weightClip->high};
    if (layer.locked)
        json["locked"] = true;
    return json;
}

const LayerPlan* planOf(const QuantPlan& plan, const std::string& layer)
{
    const auto found = plan.layers.find(layer);
    return found == plan.layers.end() ? nullptr : &found->second;
}

} // namespace

const QuantSpec& QuantPlan::weightSpec(const std::string& layer) const
{
    const LayerPlan* own = planOf(*this, layer);
    return own && own->weights ? *own->weights : weights;
}

const QuantSpec& QuantPlan::activationSpec(const std::string& layer) const
{
    const LayerPlan* own = planOf(*this, layer);
    return own && own->activations ? *own->activations : activations;
}

const MethodChoice& QuantPlan::methodOf(const std::string& layer) const
{
    const LayerPlan* own = planOf(*this, layer);
    return own && own->method ? *own->method : method;
}

Digest QuantPlan::digest() const
{
    return sha256(dumpJson(planToJson(*this)));
}

QuantPlan parsePlan(const Json& json, std::string_view where)
{
    JsonObject object(json, std::string(where));
    QuantPlan plan;
    if (object.has("default")) {
        JsonObject defaults(object.object("default"), std::string(where) + ": default");
        if (defaults.has("weights"))
            plan.weights = parseSpec(defaults, "weights");
        if (defaults.has("activations"))
            plan.activations = parseSpec(defaults, "activations");
        if (defaults.has("method"))
            plan.method = parseMethod(defaults);
        defaults.expectNoMore();
    }
    plan.target = object.string("target", plan.target);
    if (object.has("layers")) {
        const Json& layers = object.object("layers");
        if (layers.size() > mostLayers)
            object.fail("layers", "has too many members");
        for (const auto& [id, layer] : layers.items())
            plan.layers.emplace(id, parseLayer(layer, std::string(where) + ": layers: " + id));
    }
    object.expectNoMore();
    return plan;
}

Json planToJson(const QuantPlan& plan)
{
    Json json;
    json["default"] = {{"weights", plan.weights.name()},
                       {"activations", plan.activations.name()},
                       {"method", plan.method.text()}};
    json["target"] = plan.target;
    json["layers"] = Json::object();
    for (const auto& [id, layer] : plan.layers)
        if (!layer.empty())
            json["layers"][id] = layerToJson(layer);
    return json;
}

} // namespace lathe
