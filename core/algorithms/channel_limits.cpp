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

} // namespace

Tensor channelNumbers(const Value& value, std::span<const double> numbers)
{
    std::vector<std::int64_t> dims(static_cast<std::size_t>(value.shape->rank()), 1);
    dims[static_cast<std::size_t>(value.channelAxis)] = static_cast<std::int64_t>(numbers.size());
    const std::vector<float> held(numbers.begin(), numbers.end());
    return Tensor::of<float>(Shape(dims), std::span<const float>(held));
}

bool fitsChannels(const Value& value, const Tensor& numbers)
{
    if (numbers.dtype() != DType::float32 || !value.shape || value.shape->rank() != numbers.shape().rank())
        return false;
    for (int axis = 0; axis < numbers.shape().rank(); ++axis)
        if (numbers.shape()[axis] != (axis == value.channelAxis ? (*value.shape)[axis] : 1))
            return false;
    return true;
}

Tensor channelLimit(const Graph& graph, const std::string& value, std::span<const double> limits)
{
    std::vector<double> held;
    for (const double limit : limits)
        held.push_back(std::min(limit, double{std::numeric_limits<float>::max()}));
    return channelNumbers(graph.value(graph.find(value)), held);
}

void addChannelLimits(Graph& graph, const ChannelLimits& limits)
{
    Graph changed = graph;
    for (const auto& [value, limit] : limits) {
        const ValueId id = changed.find(value);
        if (!id.valid() || !fitsChannels(changed.value(id), limit) || changed.isOutput(id) ||
            !changed.producer(id).valid())
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
