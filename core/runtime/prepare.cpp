// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/prepare.h"

#include <algorithm>
#include <array>

#include "core/ops/infer_shapes.h"
#include "core/passes/simplify.h"
#include "core/runtime/early_points.h"
#include "core/runtime/integer_graph.h"
#include "core/runtime/points.h"
#include "core/runtime/widen_halves.h"

namespace lathe {

namespace {

std::vector<DType> typesOf(const Graph& graph, const std::vector<ValueId>& ids)
{
    std::vector<DType> types;
    for (const ValueId id : ids)
        types.push_back(graph.value(id).dtype);
    return types;
}

void checkNodes(const Graph& graph)
{
    for (const Node& node : graph.nodes()) {
        for (const GraphPtr& body : bodies(node))
            checkNodes(*body);
        const Op* op = findOp(node);
        if (op && op->run && node.unsupported.empty())
            continue;
        throw Error(ErrorCode::unsupportedOperator, node.label(),
                    {{"op", opId(node)},
                     {"reason", node.unsupported.empty() ? std::string("it is not known") : node.unsupported}});
    }
}

void checkRunnable(const Graph& graph)
{
    checkNodes(graph);
    for (const ValueId id : graph.inputs)
        if (!graph.value(id).shape || !graph.value(id).shape->isStatic())
            throw Error(ErrorCode::shapeUnknown, graph.value(id).name, {{"value", graph.value(id).name}});
}

Graph withFixedShapes(const Graph& graph, const CompileOptions& options, const Control& control)
{
    constexpr std::array<std::string_view, 1> folding{"fold_constants"};
    Graph fixed = simplify(withInputShapes(graph, options.inputShapes), control, folding).graph;
    fixed.compact();
    return fixed;
}

bool hasReader(const Graph& graph, const std::string& value, const std::string& reader)
{
    const std::vector<NodeId> readers = graph.consumers(graph.find(value));
    return std::any_of(readers.begin(), readers.end(), [&](NodeId id) {
        const Node& node = graph.node(id);
        return node.name == reader ||
               std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
                   return output.valid() && graph.value(output).name == reader;
               });
    });
}

bool isAmong(const std::vector<Slot>& slots, const Slot& point)
{
    return std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) {
        return slot.kind == point.kind && slot.value == point.value;
    });
}

/// Those of the points that have their place in a part of the graph: the value, and the reader of an edge.
std::vector<Slot> pointsIn(const Graph& part, const std::vector<Slot>& points)
{
    std::vector<Slot> found;
    for (const Slot& point : points) {
        const auto [value, reader] = splitPoint(point.value);
        const bool edge = !reader.empty() && part.find(value).valid() && hasReader(part, value, reader);
        if (edge || part.find(point.value).valid())
            found.push_back(point);
    }
    return found;
}

/// Points for what is compiled now. Those that are nowhere in the graph stay, for openPoints() to say so;
/// those on what decides shapes, which runs node by node, stay closed.
std::vector<Slot> pointsOf(const CompileOptions& options, const Graph& whole, const Graph& now)
{
    std::vector<Slot> points = options.points;
    const std::vector<Slot> known = pointsIn(whole, points), here = pointsIn(now, points);
    std::erase_if(points, [&](const Slot& point) { return isAmong(known, point) && !isAmong(here, point); });
    return points;
}

/// Slots of what is compiled later: places that the program itself does not have.
void addLateSlots(Plan& plan, std::vector<SlotSetting>& settings, const std::vector<Slot>& late)
{
    for (const Slot& point : late)
        if (!isAmong(plan.slotList, point)) {
            plan.slotList.push_back({point.value, point.kind, -1});
            settings.emplace_back();
        }
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
    Graph fixed = withFixedShapes(graph, options, control);
    checkRunnable(fixed);
    SplitGraph split = splitLate(fixed);
    PointedGraph pointed = takeOutPoints(split.now);
    const bool laterPoints = options.keepSlots && !options.integerKernels;
    const std::vector<Slot> latePoints =
        laterPoints ? pointsIn(split.rest, options.points) : std::vector<Slot>{};
    Prepared prepared;
    Plan& plan = prepared.plan;
    plan.options = options;
    if (options.keepSlots) {
        openPoints(pointed, pointsOf(options, fixed, split.now));
        if (options.integerKernels) {
            if (!options.tapAll)
                repeatPointsEarly(pointed);
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
        addLateSlots(plan, prepared.settings, latePoints);
    }
    plan.graph = std::move(pointed.graph);
    if (split.isLate()) {
        prepared.lateNodes = std::move(split.lateNodes);
        prepared.late =
            std::make_unique<LatePart>(std::move(split.first), std::move(split.rest), options, latePoints);
        prepared.whole = std::move(fixed);
    }
    plan.inputTypes = typesOf(plan.graph, plan.graph.inputs);
    plan.outputTypes = typesOf(plan.graph, plan.graph.outputs);
    widenHalves(plan.graph);
    plan.activationSlot = slotsByValue(plan.graph, plan.slotList, true);
    plan.weightSlot = slotsByValue(plan.graph, plan.slotList, false);
    return prepared;
}

}
