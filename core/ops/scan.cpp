// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/bodies.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// Opset 8 has a batch axis and sequence lengths as first operand; nothing of that is left in the form of opset 9.
constexpr std::string_view oldForm = "batched_form_of_opset_8";

std::string refuseScan(const Node& node)
{
    if (node.has(oldForm))
        return "its form of opset 8, with a batch axis and sequence lengths, is not supported";
    return findBody(node, "body") ? "" : "it needs the graph of its body";
}

/// Operands: states, then sequences, which the body sees element by element. The body gives the states and an element of
/// each result.
struct ScanForm {
    std::size_t states = 0, sequences = 0, results = 0;
    std::vector<std::int64_t> inputAxes, outputAxes;         ///< as written: may count from the end
    std::vector<std::int64_t> inputReversed, outputReversed;   ///< 0 or 1
};

/// The list, or as many zeros when it is absent.
std::vector<std::int64_t> listOf(const Node& node, std::string_view key, std::size_t count)
{
    return boundedIntegers(node, key, count, 0, -maxDimension, maxDimension);
}

ScanForm formOf(const Node& node)
{
    ScanForm form;
    const auto inputs = static_cast<std::int64_t>(node.inputs.size());
    form.sequences = static_cast<std::size_t>(boundedInteger(node, "num_scan_inputs", 0, 1, inputs));
    form.states = node.inputs.size() - form.sequences;
    if (node.outputs.size() < form.states)
        failOperator(node, "it has fewer outputs than states");
    form.results = node.outputs.size() - form.states;
    form.inputAxes = listOf(node, "scan_input_axes", form.sequences);
    form.outputAxes = listOf(node, "scan_output_axes", form.results);
    form.inputReversed = listOf(node, "scan_input_directions", form.sequences);
    form.outputReversed = listOf(node, "scan_output_directions", form.results);
    return form;
}

std::vector<ValueInfo> bodyInputs(const InferContext& context, const Graph* body)
{
    if (!refuseScan(context.node).empty())
        return {};
    const ScanForm form = formOf(context.node);
    std::vector<ValueInfo> inputs;
    for (std::size_t i = 0; i < form.states; ++i)
        inputs.push_back(body ? commonInfo(context.input(i), outputInfo(*body, i)) : withoutContent(context.input(i)));
    for (std::size_t i = 0; i < form.sequences; ++i) {
        const ValueInfo& sequence = context.input(form.states + i);
        ValueInfo element = withoutContent(sequence);
        if (element.shape) {
            std::vector<std::int64_t> dims = element.shape->dims();
            dims.erase(dims.begin() + axisOf(context.node, form.inputAxes[i], sequence.shape->rank()));
            element.shape = Shape(std::move(dims));
        }
        inputs.push_back(std::move(element));
    }
    return inputs;
}

std::int64_t lengthOf(const Node& node, const std::optional<Shape>& shape, std::int64_t axis)
{
    return shape ? (*shape)[axisOf(node, axis, shape->rank())] : Shape::unknown;
}

std::vector<ValueInfo> inferScan(const InferContext& context)
{
    if (!refuseScan(context.node).empty())
        return {};
    const ScanForm form = formOf(context.node);
    const Graph& body = bodyOf(context.node, "body");
    if (body.outputs.size() != context.node.outputs.size())
        context.fail("its body has " + std::to_string(body.outputs.size()) + " outputs instead of " +
                     std::to_string(context.node.outputs.size()));
    std::int64_t length = Shape::unknown;
    for (std::size_t i = 0; i < form.sequences; ++i)
        length = std::max(length, lengthOf(context.node, context.input(form.states + i).shape, form.inputAxes[i]));
    std::vector<ValueInfo> outputs;
    for (std::size_t i = 0; i < form.states; ++i)
        outputs.push_back(commonInfo(context.input(i), outputInfo(body, i)));
    for (std::size_t i = 0; i < form.results; ++i) {
        ValueInfo result = outputInfo(body, form.states + i);
        result.shape = withAxis(context.node, result.shape, form.outputAxes[i], length);
        outputs.push_back(std::move(result));
    }
    return outputs;
}

std::int64_t commonLength(const RunContext& context, const ScanForm& form)
{
    std::int64_t length = -1;
    for (std::size_t i = 0; i < form.sequences; ++i) {
        const std::int64_t own = lengthOf(context.node, context.input(form.states + i).shape(), form.inputAxes[i]);
        if (length >= 0 && own != length)
            context.fail("its sequences have " + std::to_string(length) + " and " + std::to_string(own) + " elements");
        length = own;
    }
    return length;
}

std::vector<Tensor> runScan(const RunContext& context)
{
    const ScanForm form = formOf(context.node);
    const Graph& body = bodyOf(context.node, "body");
    const std::int64_t length = commonLength(context, form);
    std::vector<Tensor> state(context.inputs.begin(), context.inputs.begin() + static_cast<std::ptrdiff_t>(form.states));
    std::vector<std::vector<Tensor>> collected(form.results);
    for (std::int64_t step = 0; step < length; ++step) {
        context.control.throwIfStopped();
        std::vector<Tensor> inputs = state;
        for (std::size_t i = 0; i < form.sequences; ++i) {
            const Tensor& sequence = context.input(form.states + i);
            const int axis = axisOf(context.node, form.inputAxes[i], sequence.shape().rank());
            inputs.push_back(partAt(sequence, axis, form.inputReversed[i] ? length - 1 - step : step));
        }
        std::vector<Tensor> results = runBody(context, body, inputs, form.states + form.results);
        for (std::size_t i = 0; i < form.results; ++i)
            collected[i].push_back(std::move(results[form.states + i]));
        results.resize(form.states);
        state = std::move(results);
    }
    std::vector<Tensor> results = std::move(state);
    for (std::size_t i = 0; i < form.results; ++i) {
        if (form.outputReversed[i])
            std::reverse(collected[i].begin(), collected[i].end());
        results.push_back(length <= 0
                              ? stackOfNothing(context.node, outputInfo(body, form.states + i), form.outputAxes[i])
                              : stacked(context.node, collected[i], form.outputAxes[i]));
    }
    return results;
}

void upgradeScan(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset < 9)
        graph.node(node).attributes[std::string(oldForm)] = std::int64_t{1};
}

}

void register_scan(Table<Op>& table)
{
    table.add({.id = "Scan",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferScan,
               .run = runScan,
               .bodyInputs = bodyInputs,
               .upgrade = upgradeScan,
               .refuse = refuseScan});
}

}
