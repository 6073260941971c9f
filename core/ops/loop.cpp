// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/bodies.h"

namespace lathe {

namespace {

/// Operands: trip count and condition, both optional, then the carried values. The body takes the iteration number, the
/// condition and the carried values and gives condition, carried values and what is collected from each iteration.
constexpr std::size_t firstCarried = 2;

std::string refuseLoop(const Node& node)
{
    return findBody(node, "body") ? "" : "it needs the graph of its body";
}

std::size_t carriedCount(const Node& node)
{
    return node.inputs.size() < firstCarried ? 0 : node.inputs.size() - firstCarried;
}

std::vector<ValueInfo> bodyInputs(const InferContext& context, const Graph* body)
{
    std::vector<ValueInfo> inputs{{DType::int64, Shape{}, {}}, {DType::boolean, Shape{}, {}}};
    if (context.input(1).shape)
        inputs[1].shape = context.input(1).shape;
    for (std::size_t i = 0; i < carriedCount(context.node); ++i) {
        const ValueInfo& before = context.input(firstCarried + i);
        inputs.push_back(body ? commonInfo(before, outputInfo(*body, 1 + i)) : withoutContent(before));
    }
    return inputs;
}

/// True when the body hands its condition on, or always says yes: then only the trip count ends the loop.
bool conditionStays(const Graph& body)
{
    if (body.outputs.empty() || body.inputs.size() < firstCarried)
        return false;
    ValueId id = body.outputs[0];
    for (NodeId node = body.producer(id); node.valid() && body.node(node).op == "Identity"; node = body.producer(id))
        id = body.node(node).inputs[0];
    const Tensor* constant = body.constant(id);
    return id == body.inputs[1] || (constant && constant->elements() == 1 && constant->at(0) != 0);
}

/// The number of iterations when the operands and the body fix it.
std::int64_t knownTrips(const InferContext& context, const Graph& body)
{
    const auto trips = context.integers(0);
    const Tensor& condition = context.input(1).constant;
    const bool starts = !context.input(1).present() || (condition.elements() == 1 && condition.at(0) != 0);
    if (!trips || trips->size() != 1 || !starts || !conditionStays(body))
        return Shape::unknown;
    return std::max<std::int64_t>(trips->front(), 0);
}

std::vector<ValueInfo> inferLoop(const InferContext& context)
{
    if (!refuseLoop(context.node).empty())
        return {};
    const Graph& body = bodyOf(context.node, "body");
    const std::size_t carried = carriedCount(context.node);
    if (body.outputs.size() != 1 + context.node.outputs.size() || context.node.outputs.size() < carried)
        context.fail("its body has " + std::to_string(body.outputs.size()) + " outputs instead of " +
                     std::to_string(1 + context.node.outputs.size()));
    std::vector<ValueInfo> outputs;
    for (std::size_t i = 0; i < carried; ++i)
        outputs.push_back(commonInfo(context.input(firstCarried + i), outputInfo(body, 1 + i)));
    const std::int64_t trips = knownTrips(context, body);
    for (std::size_t i = carried; i < context.node.outputs.size(); ++i) {
        ValueInfo collected = outputInfo(body, 1 + i);
        collected.shape = withAxis(context.node, collected.shape, 0, trips);
        outputs.push_back(std::move(collected));
    }
    return outputs;
}

bool truth(const RunContext& context, const Tensor& condition)
{
    if (condition.dtype() != DType::boolean || condition.elements() != 1)
        context.fail("its condition must be one boolean");
    return condition.at(0) != 0;
}

std::vector<Tensor> runLoop(const RunContext& context)
{
    const Graph& body = bodyOf(context.node, "body");
    const std::size_t carried = carriedCount(context.node), outputs = 1 + context.node.outputs.size();
    const Tensor& trips = context.input(0);
    if (!trips.empty() && (trips.elements() != 1 || !isInteger(trips.dtype())))
        context.fail("its trip count must be one integer");
    std::vector<Tensor> state{context.input(1).empty() ? Tensor::scalar(true) : context.input(1)};
    for (std::size_t i = 0; i < carried; ++i)
        state.push_back(context.input(firstCarried + i));
    std::vector<std::vector<Tensor>> collected(outputs - 1 - carried);
    for (std::int64_t i = 0; truth(context, state[0]) && (trips.empty() || i < trips.toIntegers().front()); ++i) {
        context.control.throwIfStopped();
        std::vector<Tensor> inputs{Tensor::scalar(i)};
        inputs.insert(inputs.end(), state.begin(), state.end());
        std::vector<Tensor> results = runBody(context, body, inputs, outputs);
        for (std::size_t k = 0; k < collected.size(); ++k)
            collected[k].push_back(std::move(results[1 + carried + k]));
        results.resize(1 + carried);
        state = std::move(results);
    }
    std::vector<Tensor> results(state.begin() + 1, state.end());
    for (std::size_t k = 0; k < collected.size(); ++k)
        results.push_back(collected[k].empty() ? stackOfNothing(context.node, outputInfo(body, 1 + carried + k), 0)
                                               : stacked(context.node, collected[k], 0));
    return results;
}

}

void register_loop(Table<Op>& table)
{
    table.add({.id = "Loop",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .infer = inferLoop,
               .run = runLoop,
               .bodyInputs = bodyInputs,
               .refuse = refuseLoop});
}

}
