// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/score_values.h"

#include "core/ops/op.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace lathe {
namespace {

bool isSoftmax(const Node& node)
{
    return node.op == "Softmax" || node.op == "LogSoftmax";
}

bool averages(const Node& node)
{
    static constexpr std::array<std::string_view, 3> names = {"GlobalAveragePool", "AveragePool", "ReduceMean"};
    return std::find(names.begin(), names.end(), node.op) != names.end();
}

/// True when the node's result is as large as its input was, so that the input's extremes still decide.
bool passesScores(const Node& node)
{
    const Op* op = findOp(node);
    if (!op)
        return false;
    const auto kind = op->traits.kind;
    return kind == OpTraits::Kind::moving || kind == OpTraits::Kind::clamp || averages(node) || isSoftmax(node);
}

}

std::set<std::string> scoreValues(const Graph& graph)
{
    std::set<std::string> scores;
    std::vector<ValueId> waiting(graph.outputs);
    for (const Node& node : graph.nodes())
        if (isSoftmax(node) && node.input(0).valid() && !node.outputs.empty() && graph.isOutput(node.outputs[0]))
            waiting.push_back(node.input(0));
    while (!waiting.empty()) {
        const ValueId id = waiting.back();
        waiting.pop_back();
        if (!id.valid() || graph.isInput(id) || graph.value(id).isConstant() ||
            !scores.insert(graph.value(id).name).second)
            continue;
        const NodeId producer = graph.producer(id);
        if (producer.valid() && passesScores(graph.node(producer)))
            waiting.insert(waiting.end(), graph.node(producer).inputs.begin(), graph.node(producer).inputs.end());
    }
    return scores;
}

}
