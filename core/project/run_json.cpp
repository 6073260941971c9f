// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/run_json.h"

#include "core/project/json_reals.h"

#include <cmath>

namespace lathe {
namespace {

/// Sums of a comparison, in the order of its fields.
Json comparisonToJson(const Comparison& c)
{
    return Json::array({realToJson(c.signalSquares), realToJson(c.noiseSquares), realToJson(c.testSquares),
                        realToJson(c.dot), realToJson(c.maxAbs), realToJson(c.maxReference), c.elements, c.nonFinite});
}

Comparison comparisonFromJson(const Json& json, const std::string& where)
{
    if (!json.is_array() || json.size() != 8)
        throw Error(ErrorCode::jsonField, where, {{"field", "comparison"}, {"reason", "must hold 8 numbers"}});
    Comparison c;
    double* const reals[] = {&c.signalSquares, &c.noiseSquares, &c.testSquares, &c.dot, &c.maxAbs, &c.maxReference};
    for (std::size_t i = 0; i < 6; ++i)
        *reals[i] = realFromJson(json[i], where);
    c.elements = static_cast<std::int64_t>(realFromJson(json[6], where));
    c.nonFinite = static_cast<std::int64_t>(realFromJson(json[7], where));
    return c;
}

Json layerToJson(const LayerFigures& layer)
{
    Json channels = Json::array();
    for (const Comparison& channel : layer.channels)
        channels.push_back(comparisonToJson(channel));
    return {{"id", layer.id},
            {"local", comparisonToJson(layer.local)},
            {"accumulated", comparisonToJson(layer.accumulated)},
            {"channels", channels},
            {"clipped", layer.clipped},
            {"elements", layer.elements},
            {"nans", layer.nans},
            {"infinities", layer.infinities},
            {"zeroScale", layer.zeroScale}};
}

LayerFigures layerFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    LayerFigures layer;
    layer.id = object.string("id");
    layer.local = comparisonFromJson(object.array("local"), where);
    layer.accumulated = comparisonFromJson(object.array("accumulated"), where);
    for (const Json& channel : object.array("channels"))
        layer.channels.push_back(comparisonFromJson(channel, where));
    layer.clipped = object.integer("clipped");
    layer.elements = object.integer("elements");
    layer.nans = object.integer("nans");
    layer.infinities = object.integer("infinities");
    layer.zeroScale = object.boolean("zeroScale", false);
    return layer;
}

MetricResult metricFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    return {object.string("id"), object.real("float"), object.real("quantized"),
            object.real("loss"), object.real("low"),   object.real("high")};
}

}

Json runToJson(const EvaluationRun& run)
{
    Json json = {{"precision", run.precision},
                 {"data", run.data.hex()},
                 {"plan", run.plan.hex()},
                 {"finished", run.finishedUtc},
                 {"metrics", Json::array()},
                 {"outputs", Json::array()},
                 {"layers", Json::array()}};
    for (const MetricResult& m : run.metrics)
        json["metrics"].push_back({{"id", m.id},
                                   {"float", m.floatValue},
                                   {"quantized", m.quantizedValue},
                                   {"loss", m.loss},
                                   {"low", m.low},
                                   {"high", m.high}});
    for (const OutputFigures& output : run.outputs)
        json["outputs"].push_back({{"name", output.name}, {"error", comparisonToJson(output.error)}});
    for (const LayerFigures& layer : run.layers)
        json["layers"].push_back(layerToJson(layer));
    return json;
}

EvaluationRun runFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    EvaluationRun run;
    run.precision = object.string("precision");
    run.data = Digest::fromHex(object.string("data"));
    run.plan = Digest::fromHex(object.string("plan"));
    run.finishedUtc = object.string("finished");
    for (const Json& metric : object.array("metrics"))
        run.metrics.push_back(metricFromJson(metric, where));
    for (const Json& output : object.array("outputs")) {
        JsonObject fields(output, where);
        run.outputs.push_back({fields.string("name"), comparisonFromJson(fields.array("error"), where)});
    }
    for (const Json& layer : object.array("layers"))
        run.layers.push_back(layerFromJson(layer, where));
    return run;
}

Json scoresToJson(const SampleRecord& record)
{
    Json json = Json::object();
    for (const auto& [id, scores] : record.scores)
        json[id] = Json::array({realToJson(scores.first), realToJson(scores.second)});
    return json;
}

void scoresFromJson(const Json& json, SampleRecord& record, const std::string& where)
{
    if (!json.is_object())
        throw Error(ErrorCode::jsonField, where, {{"field", "scores"}, {"reason", "must be an object"}});
    for (const auto& [id, scores] : json.items())
        if (scores.is_array() && scores.size() == 2)
            record.scores[id] = {realFromJson(scores[0], where), realFromJson(scores[1], where)};
}

}
