// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/channel_limits.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/base/error.h"
#include "core/graph/patch.h"
#include "core/ops/channel_axis.h"
#include "core/ops/infer_shapes.h"

namespace lathe {

namespace {

constexpr const char* limitedSuffix = "/limited";
constexpr const char* limitSuffix = "/limit";

Patch limitPatch(const Graph& graph, const std::string& value, const Tensor& limit)
{
    Patch patch;
    const std::string what = "limits of the channels of \"" + value + "\"";
    patch.label = what;
    const std::string limited = graph.freshName(value + limitedSuffix);
    const std::string constant = graph.freshName(value + limitSuffix);
    patch.constants = {{constant, limit}};
    patch.redirects = {{value, limited}};
    patch.nodes = {{limited, "Min", {}, {value, constant}, {limited}, {}}};
    return patch;
}

/// A limit a channel and nothing else, so that it changes values but no shape.
bool fits(const Graph& graph, ValueId id, const Tensor& limit)
{
    if (!id.valid() || limit.dtype() != DType::float32)
        return false;
    const Value& value = graph.value(id);
    if (!value.shape || value.shape->rank() != limit.shape().rank())
        return false;
    for (int axis = 0; axis < limit.shape().rank(); ++axis)
        if (limit.shape()[axis] != (axis == value.channelAxis ? (*value.shape)[axis] : 1))
            return false;
    return !graph.isOutput(id) && graph.producer(id).valid();
}

} // namespace

Tensor channelLimit(const Graph& graph, const std::string& value, std::span<const double> limits)
{
    const Value& limited = graph.value(graph.find(value));
    std::vector<std::int64_t> dims(static_cast<std::size_t>(limited.shape->rank()), 1);
    dims[static_cast<std::size_t>(limited.channelAxis)] = static_cast<std::int64_t>(limits.size());
    std::vector<float> held;
    for (const double limit : limits)
        held.push_back(static_cast<float>(std::min(limit, double{std::numeric_limits<float>::max()})));
    return Tensor::of<float>(Shape(dims), std::span<const float>(held));
}

void addChannelLimits(Graph& graph, const ChannelLimits& limits)
{
    Graph changed = graph;
    for (const auto& [value, limit] : limits) {
        if (!fits(changed, changed.find(value), limit))
            throw Error(ErrorCode::modelInvalid, value, {{"reason", "the limits do not fit its channels"}});
        applyPatch(changed, limitPatch(changed, value, limit));
    }
    if (limits.empty())
        return;
    inferShapes(changed);
    inferChannelAxes(changed);
    graph = std::move(changed);
}

ChannelLimits addedChannelLimits(const Graph& before, const Graph& graph)
{
    ChannelLimits limits;
    for (const Node& node : graph.nodes()) {
        if (node.op != "Min" || node.inputs.size() != 2 ||
            before.find(graph.value(node.outputs[0]).name).valid())
            continue;
        if (const Tensor* limit = graph.constant(node.inputs[1]))
            limits[graph.value(node.inputs[0]).name] = *limit;
    }
    return limits;
}

} // namespace lathe
