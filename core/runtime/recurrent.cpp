// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/recurrent.h"
#include "core/ops/op.h"
#include "core/runtime/recurrent_kernel.h"

namespace lathe {

namespace {

using Gate = GateActivation::Kind;

std::optional<CellKind> cellKindOf(const Node& node)
{
    if (!node.domain.empty())
        return std::nullopt;
    return node.op == "LSTM"  ? std::optional(CellKind::lstm)
           : node.op == "GRU" ? std::optional(CellKind::gru)
           : node.op == "RNN" ? std::optional(CellKind::rnn)
                              : std::nullopt;
}

RecurrentForm formOf(const Node& node, CellKind kind, std::int64_t hidden)
{
    if (kind == CellKind::lstm)
        return recurrentForm(node, {Gate::sigmoid, Gate::tanh, Gate::tanh}, hidden);
    if (kind == CellKind::gru)
        return recurrentForm(node, {Gate::sigmoid, Gate::tanh}, hidden);
    return recurrentForm(node, {Gate::tanh}, hidden);
}

/// True for the functions that the loops have built in.
bool hasUsualFunctions(const RecurrentForm& form, CellKind kind)
{
    for (int d = 0; d < form.directions; ++d) {
        const auto functions = form.activationsOf(d);
        for (std::size_t i = 0; i < functions.size(); ++i) {
            const Gate gate = functions[i].kind;
            const bool rnn = kind == CellKind::rnn && (gate == Gate::tanh || gate == Gate::relu) && gate == form.activations[0].kind;
            if (!rnn && gate != (i == 0 && kind != CellKind::rnn ? Gate::sigmoid : Gate::tanh))
                return false;
        }
    }
    return true;
}

std::unique_ptr<Kernel> makeRecurrent(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const auto kind = cellKindOf(node);
    if (!kind || request.fused)
        return nullptr;
    constexpr std::size_t lengths = 4, initialHidden = 5, initialCell = 6, peepholes = 7;
    const auto fixed = [&](std::size_t operand) {
        return !node.input(operand).valid() || request.isConstant(node.input(operand));
    };
    const bool constants = request.isConstant(node.inputs[1]) && request.isConstant(node.inputs[2]) &&
                           fixed(3) && fixed(peepholes);
    if (!request.isFloat(node.inputs[0]) || !constants) {
        reason = "its weights are not constant float numbers";
        return nullptr;
    }
    const Shape& source = request.shape(node.inputs[0]);
    const Shape& recurrence = request.shape(node.inputs[2]);
    const RecurrentForm form = formOf(node, *kind, recurrence[2]);
    const ValueId steps = node.input(lengths);
    const bool lengthsFit = !steps.valid() || request.graph.value(steps).dtype == DType::int32;
    if (!lengthsFit || form.batchFirst || form.inputForget) {
        reason = "coupled gates, the batch first or the type of its sequence lengths";
        return nullptr;
    }
    if (!hasUsualFunctions(form, *kind) || source.elements() == 0) {
        reason = "its functions or its size";
        return nullptr;
    }
    const CellSizes sizes{*kind,
                          source[0],
                          source[1],
                          source[2],
                          form.hidden,
                          form.directions,
                          form.firstReversed,
                          form.linearBeforeReset,
                          form.activations[0].kind == Gate::relu,
                          form.clip > 0 ? form.clip : std::numeric_limits<float>::infinity()};
    CellOperands operands{.weights = node.inputs[1],
                          .recurrence = node.inputs[2],
                          .bias = node.input(3),
                          .peepholes = node.input(peepholes)};
    std::vector<Kernel::Input> inputs{{node.inputs[0], Layout::plain}};
    for (const auto& [index, place] : {std::pair{lengths, &operands.lengths},
                                       {initialHidden, &operands.initialHidden},
                                       {initialCell, &operands.initialCell}})
        if (node.input(index).valid()) {
            *place = static_cast<int>(inputs.size());
            inputs.push_back({node.input(index), Layout::plain});
        }
    int written = 0;
    int* const places[] = {&operands.sequence, &operands.lastHidden, &operands.lastCell};
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid())
            *places[i] = written++;
    auto kernel = makeRecurrentKernel(sizes, operands, node);
    kernel->inputs = std::move(inputs);
    kernel->outputLayouts.assign(request.outputs.size(), Layout::plain);
    return kernel;
}

}

void register_recurrent(Table<KernelEntry>& table)
{
    table.add({"recurrent", makeRecurrent});
}

}
