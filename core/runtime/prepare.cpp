// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/prepare.h"

#include <algorithm>
#include <array>

#include "core/ops/infer_shapes.h"
#include "core/passes/simplify.h"
#include "core/runtime/integer_graph.h"
#include "core/runtime/points.h"

namespace lathe {

namespace {

bool isHalf(DType type)
{
    return type == DType::float16 || type == DType::bfloat16;
}

std::vector<DType> typesOf(const Graph& graph, const std::vector<ValueId>& ids)
{
    std::vector<DType> types;
    for (const ValueId id : ids)
        types.push_back(graph.value(id).dtype);
    return types;
}

void checkRunnable(const Graph& graph)
{
    for (const Node& node : graph.nodes()) {
        const Op* op = findOp(node);
        if (op && op->run && node.unsupported.empty())
            continue;
        throw Error(ErrorCode::unsupportedOperator, node.label(),
                    {{"op", opId(node)},
                     {"reason", node.unsupported.empty() ? std::string("it is not known") : node.unsupported}});
    }
    for (const Node& node : graph.nodes())
        for (const ValueId id : node.outputs)
            if (id.valid() && (!graph.value(id).shape || !graph.value(id).shape->isStatic()))
                throw Error(ErrorCode::shapeUnknown, node.label(), {{"value", graph.value(id).name}});
    for (const ValueId id : graph.inputs)
        if (!graph.value(id).shape || !graph.value(id).shape->isStatic())
            throw Error(ErrorCode::shapeUnknown, graph.value(id).name, {{"value", graph.value(id).name}});
}

/// 16-bit floats become float32 throughout, as the reference runs them: only Cast and the graph's results round.
void widen(Graph& graph)
{
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(graph.values().size()); ++i) {
        Value& value = graph.value(ValueId{i});
        if (!isHalf(value.dtype))
            continue;
        value.dtype = DType::float32;
        if (value.isConstant())
            value.constant = value.constant.converted(DType::float32);
    }
}

Graph withFixedShapes(const Graph& graph, const CompileOptions& options, const Control& control)
{
    constexpr std::array<std::string_view, 1> folding{"fold_constants"};
    Graph fixed = simplify(withInputShapes(graph, options.inputShapes), control, folding).graph;
    fixed.compact();
    return fixed;
}

std::vector<int> slotsByValue(const Graph& graph, const std::vector<Slot>& slots, bool activations)
{
    std::vector<int> result(graph.values().size(), -1);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if ((slots[i].kind == Slot::Kind::activation) != activations)
            continue;
        const ValueId id = graph.find(slots[i].value);
        if (id.valid())
            result[static_cast<std::size_t>(id.index)] = static_cast<int>(i);
    }
    return result;
}

}

Prepared prepareGraph(const Graph& graph, const CompileOptions& options, const Control& control)
{
    PointedGraph pointed = takeOutPoints(withFixedShapes(graph, options, control));
    Prepared prepared;
    Plan& plan = prepared.plan;
    plan.options = options;
    if (options.keepSlots) {
        openPoints(pointed, options.points);
        if (options.integerKernels) {
            IntegerGraph integer = toIntegerGraph(pointed, options);
            pointed = std::move(integer.pointed);
            plan.byteGrids = std::move(integer.grids);
            plan.otherNames = std::move(integer.names);
            plan.notes = std::move(integer.reasons);
        }
        locateSlots(pointed);
        plan.slotList = pointed.slotList;
        plan.aliases = pointed.aliases;
        prepared.settings = pointed.settings;
    }
    plan.graph = std::move(pointed.graph);
    checkRunnable(plan.graph);
    plan.inputTypes = typesOf(plan.graph, plan.graph.inputs);
    plan.outputTypes = typesOf(plan.graph, plan.graph.outputs);
    widen(plan.graph);
    plan.activationSlot = slotsByValue(plan.graph, plan.slotList, true);
    plan.weightSlot = slotsByValue(plan.graph, plan.slotList, false);
    return prepared;
}

}
