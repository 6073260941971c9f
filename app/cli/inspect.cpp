// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/analysis/integer_sums.h"
#include "core/base/text.h"

#include <memory>

namespace lathe::cli {
namespace {

/// Unknown dimensions are null, or the symbol that the model gives them.
Json shapeToJson(const Value& value)
{
    if (!value.shape)
        return nullptr;
    Json dims = Json::array();
    for (int axis = 0; axis < value.shape->rank(); ++axis) {
        const auto index = static_cast<std::size_t>(axis);
        const std::int64_t dim = (*value.shape)[axis];
        if (dim != Shape::unknown)
            dims.push_back(dim);
        else if (index < value.dimNames.size() && !value.dimNames[index].empty())
            dims.push_back(value.dimNames[index]);
        else
            dims.push_back(nullptr);
    }
    return dims;
}

Json endpointsToJson(const Graph& graph, const std::vector<ValueId>& ids)
{
    Json list = Json::array();
    for (const ValueId id : ids) {
        const Value& value = graph.value(id);
        list.push_back({{"name", value.name}, {"dtype", dtypeName(value.dtype)}, {"shape", shapeToJson(value)}});
    }
    return list;
}

Json layerToJson(const Graph& top, const Layer& layer)
{
    const Graph& graph = graphOf(layer, top);
    Json json = {{"id", layer.id},
                 {"name", layer.name},
                 {"op", layer.op},
                 {"parameters", layer.parameters},
                 {"macs", layer.macs},
                 {"weightShape", layer.weight.valid() ? shapeToJson(graph.value(layer.weight)) : Json(nullptr)},
                 {"outputShape", layer.output.valid() ? shapeToJson(graph.value(layer.output)) : Json(nullptr)}};
    return json;
}

Json modelToJson(const Model& model)
{
    Json json = {{"format", model.format},
                 {"opset", model.opset},
                 {"inputs", endpointsToJson(model.original, model.original.inputs)},
                 {"outputs", endpointsToJson(model.original, model.original.outputs)},
                 {"nodes", model.original.nodes().size()},
                 {"parameters", model.parameters},
                 {"macs", model.macs},
                 {"floatBytes", model.floatBytes},
                 {"quantized", model.lifted.has_value()},
                 {"layers", Json::array()},
                 {"unsupported", Json::array()}};
    for (const Layer& layer : model.layers)
        json["layers"].push_back(layerToJson(model.graph, layer));
    for (const UnsupportedNode& node : model.unsupported)
        json["unsupported"].push_back({{"node", node.node}, {"op", node.op}, {"reason", node.reason}});
    return json;
}

/// What integer sums of a quantized form can come to: into the layers, and what is notable of them into "health".
void addIntegerSums(Json& json, const Model& model, const Quantized& quantized)
{
    const std::vector<IntegerSums> all =
        integerSumsOf(model.graph, model.layers, quantized.resolved.encodings, quantized.resolved.codes);
    for (const IntegerSums& sums : all)
        for (Json& layer : json["layers"])
            if (layer["id"] == sums.layer)
                layer["integerSums"] = {{"low", sums.sums.low},
                                        {"high", sums.sums.high},
                                        {"overflows", sums.overflows},
                                        {"pairs", sums.pairs},
                                        {"saturatingPairs", sums.saturatingPairs}};
    for (const HealthFinding& finding : healthFindings(all))
        json["health"].push_back({{"layer", finding.layer},
                                  {"kind", finding.kind},
                                  {"value", finding.value},
                                  {"text", finding.text}});
}

std::string padded(std::string text, std::size_t width, bool right)
{
    if (text.size() < width)
        text.insert(right ? 0 : text.size(), width - text.size(), ' ');
    return text;
}

std::string shapeText(const Graph& graph, ValueId id)
{
    return id.valid() && graph.value(id).shape ? graph.value(id).shape->text() : "-";
}

std::string modelToText(const Model& model)
{
    std::string text = model.path.filename().string() + ": " + model.format + ", opset " + std::to_string(model.opset) +
                       ", " + std::to_string(model.original.nodes().size()) + " nodes, " +
                       std::to_string(model.parameters) + " parameters (" + sizeText(model.floatBytes) +
                       " in float32), " + std::to_string(model.macs) + " MACs\n\n";
    text += padded("layer", 44, false) + padded("op", 20, false) + padded("parameters", 12, true) +
            padded("MACs", 14, true) + "  output\n";
    for (const Layer& layer : model.layers)
        text += padded(layer.id, 44, false) + padded(layer.op, 20, false) +
                padded(std::to_string(layer.parameters), 12, true) + padded(std::to_string(layer.macs), 14, true) +
                "  " + shapeText(graphOf(layer, model.graph), layer.output) + "\n";
    for (const UnsupportedNode& node : model.unsupported)
        text += "cannot run: " + node.op + " \"" + node.node + "\": " + node.reason + "\n";
    return text;
}

VerbAction declare(CLI::App& command)
{
    auto path = std::make_shared<std::string>();
    command.add_option("model", *path, "Model file or project")->required();
    return [path](Context& context) {
        const Source source = openSource(*path, context);
        Json json = modelToJson(*source.model);
        json["health"] = Json::array();
        // A project shows its model; its own codes are validate's.
        if (!source.project && source.isQuantized())
            addIntegerSums(json, *source.model, *source.quantized(context));
        context.report(json, modelToText(*source.model));
        return done;
    };
}

}

void register_inspect(Table<Verb>& table)
{
    table.add({.id = "inspect", .summary = "Show what is in a model file", .declare = declare});
}

}
