// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/raise_opset.h"

#include <array>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/graph/lookup.h"

namespace lathe {

namespace {

constexpr int target = 21;

constexpr std::array<std::string_view, 9> reductions{"ReduceMax",    "ReduceMin",       "ReduceMean",
                                                     "ReduceProd",   "ReduceL1",        "ReduceL2",
                                                     "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"};

bool isReduction(const Node& node)
{
    for (const std::string_view op : reductions)
        if (node.op == op)
            return true;
    return false;
}

/// Opset 18: axes are the second operand.
void raiseReduction(Graph& graph, NodeId id)
{
    const std::vector<std::int64_t> axes = graph.node(id).integers("axes");
    graph.node(id).attributes.erase("axes");
    if (axes.empty() || graph.node(id).inputs.size() > 1)
        return;
    const std::string stem = graph.value(graph.node(id).outputs[0]).name + "/axes";
    const ValueId operand = graph.addConstant(
        graph.freshName(stem), Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(axes.size())}, axes));
    graph.node(id).inputs.push_back(operand);
}

/// Opset 18: equal parts are stated by their number.
void raiseSplit(Node& node)
{
    if (!node.input(1).valid() && !node.has("num_outputs"))
        node.attributes.emplace("num_outputs", static_cast<std::int64_t>(node.outputs.size()));
}

/// Opset 20: other names for the modes.
void raiseGridSample(Node& node)
{
    const std::string mode = node.text("mode", "bilinear");
    if (mode == "bilinear")
        node.attributes.insert_or_assign("mode", std::string("linear"));
    if (mode == "bicubic")
        node.attributes.insert_or_assign("mode", std::string("cubic"));
}

/// Opset 20: the axis is the third operand, and another one by default.
void raiseTransform(Graph& graph, NodeId id)
{
    const std::int64_t axis = graph.node(id).integer("axis", 1);
    const std::string stem = graph.value(graph.node(id).outputs[0]).name + "/axis";
    const ValueId operand = graph.addConstant(graph.freshName(stem), Tensor::scalar(axis));
    graph.node(id).attributes.erase("axis");
    graph.node(id).inputs.resize(2);
    graph.node(id).inputs.push_back(operand);
}

[[noreturn]] void refuseGroupNormalization(const Node& node, const char* reason)
{
    throw Error(ErrorCode::notExportable, node.label(),
                {{"what", "GroupNormalization"},
                 {"format", "ONNX opset 21"},
                 {"reason", reason},
                 {"nearest", "Export without 4- and 16-bit types."}});
}

/// `perGroup` with every number as often as a group has channels.
Tensor spreadOverChannels(const Tensor& perGroup, std::int64_t channels)
{
    const std::vector<float> numbers = perGroup.toFloats();
    const std::size_t size = static_cast<std::size_t>(channels) / numbers.size();
    std::vector<float> result;
    for (const float number : numbers)
        result.insert(result.end(), size, number);
    return Tensor::of<float>(Shape{channels}, result).converted(perGroup.dtype());
}

/// Opset 21: scale and bias have one number a channel instead of one a group.
void raiseGroupNormalization(Graph& graph, NodeId id)
{
    const Node node = graph.node(id);
    const std::optional<Shape>& shape = graph.value(node.input(0)).shape;
    if (!shape || shape->rank() < 2 || (*shape)[1] < 0)
        refuseGroupNormalization(node,
                                 "its scale and bias count channels there, and how many it has is not known");
    const std::int64_t channels = (*shape)[1];
    for (const std::size_t operand : {1, 2}) {
        const Tensor* perGroup = graph.constant(node.input(operand));
        if (!perGroup)
            refuseGroupNormalization(node,
                                     "its scale and bias count channels there, and they are not constant");
        const std::int64_t groups = perGroup->elements();
        if (groups == channels)
            continue;
        if (groups == 0 || channels % groups != 0)
            refuseGroupNormalization(node, "its scale and bias do not divide into its channels");
        const std::string stem = graph.value(node.input(operand)).name + "/channels";
        graph.node(id).inputs[operand] =
            graph.addConstant(graph.freshName(stem), spreadOverChannels(*perGroup, channels));
    }
}

void raiseNode(Graph& graph, NodeId id, int from)
{
    Node& node = graph.node(id);
    if (!node.domain.empty())
        return;
    if (from < 18 && isReduction(node))
        raiseReduction(graph, id);
    if (from < 18 && node.op == "Split")
        raiseSplit(node);
    if (from < 20 && node.op == "GridSample")
        raiseGridSample(node);
    if (from < 20 && node.op == "DFT")
        return raiseTransform(graph, id);
    // Opset 16 changed the default.
    if (from < 16 && node.op == "RoiAlign")
        node.attributes.emplace("coordinate_transformation_mode", std::string("output_half_pixel"));
    if (node.op == "GroupNormalization")
        raiseGroupNormalization(graph, id);
}

void raise(Graph& graph, int from)
{
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id{static_cast<std::int32_t>(i)};
        raiseNode(graph, id, from);
        for (auto& [key, attribute] : graph.node(id).attributes)
            if (const auto* body = std::get_if<GraphPtr>(&attribute); body && *body) {
                auto changed = std::make_shared<Graph>(**body);
                raise(*changed, from);
                attribute = GraphPtr(std::move(changed));
            }
    }
}

} // namespace

void raiseOpset(Graph& graph)
{
    const int from = opsetOf(graph);
    if (from >= target)
        return;
    raise(graph, from);
    graph.opsets[""] = target;
}

} // namespace lathe
