// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/encodings_json.h"

#include <cmath>

#include "core/base/error.h"

namespace lathe {

namespace {

Json gridToJson(const Encoding& encoding)
{
    Json json = {{"format", encoding.format.name()}, {"axis", encoding.axis},
                 {"scale", encoding.scale},          {"zeroPoint", encoding.zeroPoint},
                 {"lowest", encoding.minimumCode},   {"highest", encoding.maximumCode}};
    if (encoding.grouped())
        json["groupSize"] = encoding.groupSize;
    if (!encoding.table.empty())
        json["table"] = encoding.table;
    return json;
}

/// Gives every grid one place, however many points hold it.
class GridList
{
public:
    Json indices(const std::map<std::string, EncodingPtr>& points)
    {
        Json result = Json::object();
        for (const auto& [name, encoding] : points) {
            const auto [place, isNew] = m_places.emplace(encoding.get(), m_grids.size());
            if (isNew)
                m_grids.push_back(gridToJson(*encoding));
            result[name] = place->second;
        }
        return result;
    }
    Json take() { return std::move(m_grids); }

private:
    std::map<const Encoding*, std::size_t> m_places;
    Json m_grids = Json::array();
};

int wholeNumber(JsonObject& object, const std::string& key)
{
    const std::int64_t value = object.integer(key);
    if (value < INT32_MIN || value > INT32_MAX)
        object.fail(key, "is out of range");
    return static_cast<int>(value);
}

std::vector<float> floats(JsonObject& object, const char* key)
{
    std::vector<float> values;
    for (const double value : object.reals(key))
        values.push_back(static_cast<float>(value));
    return values;
}

/// Formats without scales have no grid: halves, and those that take it from each tensor.
void checkNoGrid(const Encoding& encoding, const JsonObject& object)
{
    if (encoding.format.isFloat32())
        object.fail("format", "has no grid");
    if (!encoding.scale.empty() || !encoding.zeroPoint.empty())
        object.fail("scale", "does not fit the format");
    if (encoding.grouped() || !encoding.table.empty())
        object.fail("format", "has neither groups nor a table");
}

void checkScales(const Encoding& encoding, const JsonObject& object)
{
    const bool counts = encoding.scale.size() == encoding.zeroPoint.size() && !encoding.scale.empty() &&
                        (encoding.axis >= 0 || encoding.scale.size() == 1);
    if (!counts)
        object.fail("scale", "does not have one scale a channel");
    for (const float scale : encoding.scale)
        if (!(scale > 0) || !std::isfinite(scale))
            object.fail("scale", "must be positive");
    const bool learned = encoding.format.kind == NumberFormat::Kind::kmeans;
    if (encoding.groupSize < 0 || (encoding.grouped() && (encoding.axis < 0 || learned)))
        object.fail("groupSize", "does not fit the format and its axis");
}

void checkTable(const Encoding& encoding, const JsonObject& object)
{
    const std::size_t size = encoding.table.size();
    const bool learned = encoding.format.kind == NumberFormat::Kind::kmeans;
    const bool fits = learned ? size == encoding.entries() || size == encoding.entries() * encoding.channels()
                              : size == 0;
    if (!fits)
        object.fail("table", "does not have the entries of the format");
    for (const float value : encoding.table)
        if (!std::isfinite(value))
            object.fail("table", "must be finite");
}

/// Integers have their span of codes; the codes of a table are its places, which no span narrows.
void checkCodes(const Encoding& encoding, const JsonObject& object)
{
    if (encoding.minimumCode > encoding.maximumCode || encoding.minimumCode < encoding.format.minimumCode() ||
        encoding.maximumCode > encoding.format.maximumCode())
        object.fail("lowest", "does not fit the format");
    for (const std::int32_t zero : encoding.zeroPoint)
        if (zero < encoding.format.minimumCode() || zero > encoding.format.maximumCode())
            object.fail("zeroPoint", "does not fit the format");
}

EncodingPtr gridFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    auto encoding = std::make_shared<Encoding>();
    encoding->format = NumberFormat::parse(object.string("format"));
    encoding->axis = wholeNumber(object, "axis");
    encoding->minimumCode = wholeNumber(object, "lowest");
    encoding->maximumCode = wholeNumber(object, "highest");
    encoding->scale = floats(object, "scale");
    for (const double zero : object.reals("zeroPoint"))
        encoding->zeroPoint.push_back(static_cast<std::int32_t>(std::lrint(zero)));
    if (object.has("groupSize"))
        encoding->groupSize = wholeNumber(object, "groupSize");
    if (object.has("table"))
        encoding->table = floats(object, "table");
    object.expectNoMore();
    checkCodes(*encoding, object);
    if (!encoding->format.hasScale()) {
        checkNoGrid(*encoding, object);
        return encoding;
    }
    checkScales(*encoding, object);
    checkTable(*encoding, object);
    return encoding;
}

void readPoints(JsonObject& object, const char* key, const std::vector<EncodingPtr>& grids,
                std::map<std::string, EncodingPtr>& into)
{
    for (const auto& [name, index] : object.object(key).items()) {
        if (!index.is_number_integer() || index.get<std::int64_t>() < 0 ||
            index.get<std::uint64_t>() >= grids.size())
            object.fail(key, "names a grid that is not there");
        into.emplace(name, grids[index.get<std::size_t>()]);
    }
}

} // namespace

Json encodingsToJson(const Encodings& encodings)
{
    GridList grids;
    Json json;
    json["activations"] = grids.indices(encodings.activations);
    json["weights"] = grids.indices(encodings.weights);
    json["biases"] = grids.indices(encodings.biases);
    json["grids"] = grids.take();
    json["ranges"] = Json::object();
    for (const auto& [name, range] : encodings.ranges)
        json["ranges"][name] = {range.low, range.high};
    return json;
}

Encodings encodingsFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    std::vector<EncodingPtr> grids;
    for (const Json& grid : object.array("grids"))
        grids.push_back(gridFromJson(grid, where + ": grids"));
    Encodings encodings;
    readPoints(object, "activations", grids, encodings.activations);
    readPoints(object, "weights", grids, encodings.weights);
    readPoints(object, "biases", grids, encodings.biases);
    JsonObject ranges(object.object("ranges"), where + ": ranges");
    for (const auto& [name, range] : object.object("ranges").items()) {
        const std::vector<double> ends = ranges.reals(name);
        if (ends.size() != 2)
            ranges.fail(name, "must hold the low and the high end");
        encodings.ranges[name] = {static_cast<float>(ends[0]), static_cast<float>(ends[1])};
    }
    object.expectNoMore();
    return encodings;
}

} // namespace lathe
