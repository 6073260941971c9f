// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/adjustment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/algorithms/channel_factors.h"
#include "core/algorithms/channel_limits.h"
#include "core/algorithms/output_error.h"
#include "core/quant/encodings_json.h"

namespace lathe {

namespace {

[[noreturn]] void doesNotFit(const std::string& what)
{
    throw Error(ErrorCode::projectInvalid, what, {{"reason", "what algorithms made does not fit the model"}});
}

/// JSON has no infinities: decibels of an exact or a useless output are kept as text.
Json decibelsToJson(double value)
{
    if (std::isfinite(value))
        return value;
    return value > 0 ? "inf" : "-inf";
}

double decibelsFromJson(JsonObject& object, const std::string& key)
{
    const Json& json = object.any(key);
    if (json.is_number())
        return json.get<double>();
    if (json != "inf" && json != "-inf")
        object.fail(key, "must be a number");
    return json == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

LayerNote noteFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    LayerNote note{object.string("id"), decibelsFromJson(object, "beforeDb"),
                   decibelsFromJson(object, "afterDb"), object.string("note")};
    object.expectNoMore();
    return note;
}

AlgorithmStep stepFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    AlgorithmStep step;
    step.choice = object.string("algorithm");
    step.beforeDb = decibelsFromJson(object, "beforeDb");
    step.afterDb = decibelsFromJson(object, "afterDb");
    step.floatDb = decibelsFromJson(object, "floatDb");
    step.reverted = object.boolean("reverted", false);
    for (const Json& layer : object.array("layers"))
        step.layers.push_back(noteFromJson(layer, where + ": layers"));
    object.expectNoMore();
    return step;
}

void replaceConstant(Graph& graph, const std::string& name, const Tensor& tensor)
{
    const ValueId id = graph.find(name);
    if (!id.valid() || graph.value(id).constant.dtype() != tensor.dtype() ||
        graph.value(id).constant.shape() != tensor.shape())
        doesNotFit(name);
    graph.value(id).constant = tensor;
}

void addNodes(Graph& graph, const Adjustment& adjustment)
{
    try {
        addChannelLimits(graph, adjustment.limits);
        addChannelFactors(graph, adjustment.factors);
    } catch (const Error& error) {
        doesNotFit(error.where());
    }
}

Json adjustmentToJson(const Adjustment& adjustment)
{
    Json json = {{"plan", adjustment.plan.hex()},
                 {"steps", Json::array()},
                 {"encodings", encodingsToJson(adjustment.encodings)}};
    for (const AlgorithmStep& step : adjustment.steps)
        json["steps"].push_back(stepToJson(step));
    return json;
}

Adjustment adjustmentFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    Adjustment adjustment;
    adjustment.plan = Digest::fromHex(object.string("plan"));
    for (const Json& step : object.array("steps"))
        adjustment.steps.push_back(stepFromJson(step, where + ": steps"));
    adjustment.encodings = encodingsFromJson(object.object("encodings"), where + ": encodings");
    object.expectNoMore();
    return adjustment;
}

} // namespace

std::optional<Adjustment> adjustmentOf(const Model& model, const Quantized& quantized)
{
    if (!quantized.adjusted)
        return std::nullopt;
    Adjustment adjustment;
    adjustment.plan = quantized.plan.digest();
    adjustment.steps = quantized.steps;
    adjustment.encodings = quantized.resolved.encodings;
    adjustment.biases = quantized.adjusted->biases;
    const Graph& graph = quantized.adjusted->graph;
    adjustment.limits = addedChannelLimits(model.graph, graph);
    adjustment.factors = addedChannelFactors(model.graph, graph);
    for (const Value& value : graph.values()) {
        const ValueId before = model.graph.find(value.name);
        if (before.valid() && value.isConstant() &&
            !identical(value.constant, model.graph.value(before).constant))
            adjustment.constants[value.name] = value.constant;
    }
    return adjustment;
}

std::shared_ptr<const Quantized> restoreQuantized(const Model& model, const QuantPlan& plan,
                                                  const Codes& codes, const Adjustment& adjustment,
                                                  const Statistics& statistics)
{
    QuantState state{model.graph, std::make_shared<const Statistics>(statistics), {}, adjustment.biases};
    for (const auto& [name, tensor] : adjustment.constants)
        replaceConstant(state.graph, name, tensor);
    addNodes(state.graph, adjustment);
    for (const auto& [name, tensor] : adjustment.biases) {
        const ValueId id = state.graph.find(name);
        if (!id.valid() || state.graph.value(id).constant.shape() != tensor.shape() ||
            tensor.dtype() != DType::float32)
            doesNotFit(name);
    }
    state.resolved.encodings = adjustment.encodings;
    state.resolved.codes = codes;
    return quantizedWith(model, plan, std::move(state), adjustment.steps);
}

std::shared_ptr<const Quantized> storedAdjusted(const Project& project, const Model& model,
                                                const QuantPlan& plan, const Statistics& statistics)
{
    const auto adjustment = storedAdjustment(project);
    if (!adjustment || adjustment->plan != plan.digest())
        return nullptr;
    const auto codes = project.codes();
    return codes ? restoreQuantized(model, plan, *codes, *adjustment, statistics) : nullptr;
}

void storeQuantized(Project& project, const Model& model, const Quantized& quantized)
{
    project.setCodes(quantized.resolved.codes);
    storeAdjustment(project, adjustmentOf(model, quantized));
}

Json stepToJson(const AlgorithmStep& step)
{
    Json layers = Json::array();
    for (const LayerNote& note : step.layers)
        layers.push_back({{"id", note.layer},
                          {"beforeDb", decibelsToJson(note.beforeDb)},
                          {"afterDb", decibelsToJson(note.afterDb)},
                          {"note", note.note}});
    return {{"algorithm", step.choice},
            {"beforeDb", decibelsToJson(step.beforeDb)},
            {"afterDb", decibelsToJson(step.afterDb)},
            {"floatDb", decibelsToJson(step.floatDb)},
            {"reverted", step.reverted},
            {"layers", std::move(layers)}};
}

void storeAdjustment(Project& project, const std::optional<Adjustment>& adjustment)
{
    if (!adjustment)
        return project.setAdjusted(std::nullopt);
    project.setAdjusted(Project::Adjusted{adjustmentToJson(*adjustment),
                                          {{"constant", adjustment->constants},
                                           {"limit", adjustment->limits},
                                           {"factor", adjustment->factors},
                                           {"bias", adjustment->biases}}});
}

std::optional<Adjustment> storedAdjustment(const Project& project)
{
    std::optional<Project::Adjusted> stored = project.adjusted();
    if (!stored)
        return std::nullopt;
    try {
        Adjustment adjustment = adjustmentFromJson(stored->document, "adjustment");
        adjustment.constants = std::move(stored->tensors["constant"]);
        adjustment.limits = std::move(stored->tensors["limit"]);
        adjustment.factors = std::move(stored->tensors["factor"]);
        adjustment.biases = std::move(stored->tensors["bias"]);
        return adjustment;
    } catch (const Error& error) {
        throw Error(ErrorCode::projectInvalid, project.path().string(),
                    {{"reason", "its algorithms cannot be read (" + error.message() + ")"}});
    }
}

} // namespace lathe
