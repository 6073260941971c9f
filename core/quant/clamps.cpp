// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/clamps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/base/json.h"
#include "core/graph/patch.h"
#include "core/numeric/qdq.h"
#include "core/quant/lift_grids.h"

namespace lathe {

namespace {

constexpr const char* key = "tensorlathe.clamps";

Json toJson(const AbsorbedClamp& clamp)
{
    Json json = {{"node", clamp.node}, {"input", clamp.input}, {"output", clamp.output}};
    if (std::isfinite(clamp.limits.low))
        json["low"] = clamp.limits.low;
    if (std::isfinite(clamp.limits.high))
        json["high"] = clamp.limits.high;
    return json;
}

float limitOf(JsonObject& object, const char* name, float absent)
{
    return object.has(name) ? static_cast<float>(object.real(name)) : absent;
}

AbsorbedClamp fromJson(const Json& json)
{
    JsonObject object(json, key);
    const Limits none;
    return {object.string("node"), object.string("input"), object.string("output"),
            {limitOf(object, "low", none.low), limitOf(object, "high", none.high)}};
}

/// What the metadata tells; nothing when it cannot be read.
std::vector<AbsorbedClamp> notedClamps(const Graph& graph)
{
    std::vector<AbsorbedClamp> clamps;
    const auto noted = graph.metadata.find(key);
    if (noted == graph.metadata.end())
        return clamps;
    try {
        const Json list = parseJson(noted->second, key);
        for (std::size_t i = 0; list.is_array() && i < list.size(); ++i)
            clamps.push_back(fromJson(list[i]));
    } catch (const Error&) {
        return {};
    }
    return clamps;
}

/// True when the codes of this grid are the same with and without the clamp before it.
bool isSubsumed(const Limits& limits, const Encoding& grid)
{
    if (!grid.format.isInteger() || grid.perChannel() || !(limits.low <= limits.high))
        return false;
    const auto codeOf = [&](float real) {
        return quantizeOne(real, grid.scale[0], grid.zeroPoint[0], grid.minimumCode, grid.maximumCode);
    };
    return (std::isinf(limits.low) || codeOf(limits.low) == grid.minimumCode) &&
           (std::isinf(limits.high) || codeOf(limits.high) == grid.maximumCode);
}

bool fits(const Graph& graph, const AbsorbedClamp& clamp)
{
    const ValueId input = graph.find(clamp.input);
    if (!input.valid() || !graph.producer(input).valid() || graph.isOutput(input) ||
        graph.value(input).dtype != DType::float32 || clamp.output.empty() || graph.find(clamp.output).valid())
        return false;
    const std::vector<NodeId> readers = graph.consumers(input);
    for (const NodeId reader : readers) {
        const Node& node = graph.node(reader);
        if (!isQuantizeNode(node) || node.input(0) != input || node.outputs.empty() || !node.outputs[0].valid() ||
            !isSubsumed(clamp.limits, *LiftGrids(graph).behindClip(node)))
            return false;
    }
    return !readers.empty();
}

Patch patchOf(const Graph& graph, const AbsorbedClamp& clamp)
{
    Patch patch;
    patch.label = "the clamp behind \"" + clamp.input + "\"";
    Patch::NewNode node{clamp.node, "Relu", {}, {clamp.input}, {clamp.output}, {}};
    if (clamp.limits.low != 0 || std::isfinite(clamp.limits.high)) {
        node.op = "Clip";
        for (const auto& [end, value] : {std::pair{"/low", clamp.limits.low}, {"/high", clamp.limits.high}}) {
            const bool none = std::isinf(value);
            node.inputs.push_back(none ? std::string() : graph.freshName(clamp.output + end));
            if (!none)
                patch.constants.emplace_back(node.inputs.back(), Tensor::scalar(value));
        }
    }
    patch.redirects.emplace_back(clamp.input, clamp.output);
    patch.nodes.push_back(std::move(node));
    return patch;
}

} // namespace

void noteClamps(Graph& graph, const std::vector<AbsorbedClamp>& clamps)
{
    graph.metadata.erase(key);
    Json list = Json::array();
    for (const AbsorbedClamp& clamp : clamps)
        list.push_back(toJson(clamp));
    if (!clamps.empty())
        graph.metadata[key] = dumpJson(list);
}

Graph withClamps(Graph graph)
{
    for (const AbsorbedClamp& clamp : notedClamps(graph)) {
        try {
            if (fits(graph, clamp))
                applyPatch(graph, patchOf(graph, clamp));
        } catch (const Error&) {
            continue; // the file computes the same without it
        }
    }
    return graph;
}

bool impliesRelu(std::string_view op, const Encoding& grid)
{
    static constexpr std::array sums{"Conv", "ConvTranspose", "Gemm", "MatMul", "Add"};
    return std::ranges::find(sums, op) != sums.end() && grid.format.isInteger() && !grid.perChannel() &&
           grid.zeroPoint[0] == grid.minimumCode;
}

Graph withImpliedClamps(Graph graph)
{
    for (const auto& [name, text] : graph.metadata)
        if (name.starts_with("tensorlathe."))
            return graph;
    std::vector<AbsorbedClamp> clamps;
    for (const Node& node : graph.nodes()) {
        if (!node.domain.empty() || node.outputs.size() != 1 || !node.outputs[0].valid())
            continue;
        const std::string& name = graph.value(node.outputs[0]).name;
        const AbsorbedClamp relu{node.name + "/Relu", name, graph.freshName(name + "/Relu"), {.low = 0}};
        if (!fits(graph, relu))
            continue;
        const std::vector<NodeId> readers = graph.consumers(node.outputs[0]);
        if (std::ranges::all_of(readers, [&](NodeId reader) {
                return impliesRelu(node.op, *LiftGrids(graph).behindClip(graph.node(reader)));
            }))
            clamps.push_back(relu);
    }
    for (const AbsorbedClamp& clamp : clamps)
        applyPatch(graph, patchOf(graph, clamp));
    return graph;
}

} // namespace lathe
