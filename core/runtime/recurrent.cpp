// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include "core/ops/op.h"
#include "core/ops/recurrent.h"
#include "core/runtime/kernel.h"
#include "core/runtime/panel_product.h"
#include "core/runtime/recurrent_cells.h"

namespace lathe {

namespace {

using Gate = GateActivation::Kind;

enum class CellKind : std::uint8_t { rnn, gru, lstm };

struct Sizes {
    CellKind kind = CellKind::rnn;
    std::int64_t steps = 0, batch = 0, inputs = 0, hidden = 0;
    int directions = 1;
    bool firstReversed = false;
    bool linearBeforeReset = false;
    bool relu = false;   ///< the RNN's function, else tanh

    int gates() const { return kind == CellKind::lstm ? 4 : kind == CellKind::gru ? 3 : 1; }
    /// Columns that are known from the state before any gate is: all but the GRU's candidate.
    std::int64_t early() const { return hidden * (kind == CellKind::gru ? 2 : gates()); }
    std::int64_t columns() const { return PanelMatrix::padded(hidden * gates()); }
    bool reversed(int direction) const { return directions == 2 ? direction == 1 : firstReversed; }
};

struct Direction {
    PanelMatrix fromInput, fromState, candidateFromState;
    std::vector<float> bias;            ///< by column of `fromInput`
    std::vector<float> candidateBias;   ///< GRU: the recurrence's own, which the reset gate scales
};

struct RecurrentBinding final : StepBinding {
    std::vector<Direction> directions;
};

class RecurrentKernel final : public Kernel
{
public:
    struct Operands {
        ValueId weights, recurrence, bias;   ///< constants; bias may be invalid
        int initialHidden = -1, initialCell = -1;   ///< inputs; -1: zero
        int sequence = -1, lastHidden = -1, lastCell = -1;   ///< outputs; -1: nobody wants it
    };

    RecurrentKernel(Sizes sizes, Operands operands) : m_sizes(sizes), m_operands(operands)
    {
        constants = {operands.weights, operands.recurrence};
        if (operands.bias.valid())
            constants.push_back(operands.bias);
        scratchBytes = static_cast<std::size_t>(floatsEach() * m_sizes.directions) * sizeof(float);
        packedBytes = static_cast<std::size_t>(m_sizes.columns() * m_sizes.directions * (m_sizes.inputs + m_sizes.hidden)) * sizeof(float);
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        const Tensor weights = context.constant(m_operands.weights), recurrence = context.constant(m_operands.recurrence);
        const Tensor bias = m_operands.bias.valid() ? context.constant(m_operands.bias) : Tensor();
        auto binding = std::make_shared<RecurrentBinding>();
        for (int d = 0; d < m_sizes.directions; ++d)
            binding->directions.push_back(pack(weights.data<float>().data(), recurrence.data<float>().data(),
                                               m_operands.bias.valid() ? bias.data<float>().data() : nullptr, d));
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const RecurrentBinding&>(*run.binding);
        parallelRanges(m_sizes.directions, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t d = begin; d < end; ++d)
                runDirection(run, binding.directions[static_cast<std::size_t>(d)], static_cast<int>(d));
        });
    }

private:
    /// Scratch memory of one direction: gates of all steps, states, what comes from the state.
    std::int64_t floatsEach() const
    {
        const std::int64_t states = 3 * m_sizes.batch * m_sizes.hidden;
        return (m_sizes.columns() * m_sizes.steps * m_sizes.batch + states + m_sizes.columns() * m_sizes.batch + 15) / 16 * 16;
    }

    Direction pack(const float* weights, const float* recurrence, const float* bias, int d) const
    {
        const std::int64_t h = m_sizes.hidden, rows = h * m_sizes.gates();
        weights += d * rows * m_sizes.inputs;
        recurrence += d * rows * h;
        Direction result{PanelMatrix(weights, rows, m_sizes.inputs), PanelMatrix(recurrence, m_sizes.early(), h), {}, {}, {}};
        result.bias.assign(static_cast<std::size_t>(m_sizes.columns()), 0.0f);
        const bool gru = m_sizes.kind == CellKind::gru;
        if (gru) {
            result.candidateFromState = PanelMatrix(recurrence + 2 * h * h, h, h);
            result.candidateBias.assign(static_cast<std::size_t>(PanelMatrix::padded(h)), 0.0f);
        }
        for (std::int64_t row = 0; bias && row < rows; ++row) {
            const float own = bias[2 * d * rows + row], ofState = bias[(2 * d + 1) * rows + row];
            const bool apart = gru && row >= 2 * h;
            result.bias[static_cast<std::size_t>(row)] = apart ? own : own + ofState;
            if (apart)
                result.candidateBias[static_cast<std::size_t>(row - 2 * h)] = ofState;
        }
        return result;
    }

    void runDirection(StepRun& run, const Direction& direction, int d) const
    {
        const std::int64_t columns = m_sizes.columns(), batch = m_sizes.batch, stateSize = batch * m_sizes.hidden;
        float* gates = reinterpret_cast<float*>(run.scratch) + d * floatsEach();
        float* hidden = gates + columns * m_sizes.steps * batch;
        float* cell = hidden + stateSize;
        float* reset = cell + stateSize;
        float* candidate = reset + stateSize;
        loadState(run, m_operands.initialHidden, d, hidden);
        loadState(run, m_operands.initialCell, d, cell);
        for (std::int64_t row = 0; row < m_sizes.steps * batch; ++row)
            std::copy(direction.bias.begin(), direction.bias.end(), gates + row * columns);
        direction.fromInput.multiply(run.inputs[0].floats(), m_sizes.inputs, m_sizes.steps * batch, gates, columns);
        for (std::int64_t step = 0; step < m_sizes.steps; ++step) {
            const std::int64_t t = m_sizes.reversed(d) ? m_sizes.steps - 1 - step : step;
            advance(direction, gates + t * batch * columns, hidden, cell, reset, candidate);
            if (m_operands.sequence >= 0)
                std::copy_n(hidden, stateSize, run.outputs[static_cast<std::size_t>(m_operands.sequence)].floats() + (t * m_sizes.directions + d) * stateSize);
        }
        storeState(run, m_operands.lastHidden, d, hidden);
        storeState(run, m_operands.lastCell, d, cell);
    }

    /// One time step of all samples.
    void advance(const Direction& direction, float* gates, float* hidden, float* cell, float* reset, float* candidate) const
    {
        const std::int64_t columns = m_sizes.columns(), h = m_sizes.hidden;
        // Padding of the early columns adds zeros to what follows them.
        direction.fromState.multiply(hidden, h, m_sizes.batch, gates, columns);
        if (m_sizes.kind == CellKind::gru)
            candidateSums(direction, gates, hidden, reset, candidate);
        for (std::int64_t b = 0; b < m_sizes.batch; ++b, gates += columns, hidden += h, cell += h) {
            if (m_sizes.kind == CellKind::lstm)
                simdCall<LstmStep>(static_cast<const float*>(gates), cell, hidden, h);
            else if (m_sizes.kind == CellKind::gru)
                simdCall<GruStep>(static_cast<const float*>(gates), static_cast<const float*>(candidate + b * PanelMatrix::padded(h)), hidden, h,
                                  m_sizes.linearBeforeReset);
            else
                simdCall<RnnStep>(static_cast<const float*>(gates), hidden, h, m_sizes.relu);
        }
    }

    void candidateSums(const Direction& direction, float* gates, const float* hidden, float* reset, float* candidate) const
    {
        const std::int64_t h = m_sizes.hidden, width = PanelMatrix::padded(h);
        for (std::int64_t b = 0; b < m_sizes.batch; ++b) {
            simdCall<GruReset>(gates + b * m_sizes.columns(), hidden + b * h, reset + b * h, h);
            std::copy(direction.candidateBias.begin(), direction.candidateBias.end(), candidate + b * width);
        }
        direction.candidateFromState.multiply(m_sizes.linearBeforeReset ? hidden : reset, h, m_sizes.batch, candidate, width);
    }

    void loadState(const StepRun& run, int operand, int d, float* state) const
    {
        const std::int64_t count = m_sizes.batch * m_sizes.hidden;
        if (operand < 0)
            std::fill_n(state, count, 0.0f);
        else
            std::copy_n(run.inputs[static_cast<std::size_t>(operand)].floats() + d * count, count, state);
    }

    void storeState(const StepRun& run, int operand, int d, const float* state) const
    {
        const std::int64_t count = m_sizes.batch * m_sizes.hidden;
        if (operand >= 0)
            std::copy_n(state, count, run.outputs[static_cast<std::size_t>(operand)].floats() + d * count);
    }

    Sizes m_sizes;
    Operands m_operands;
};

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
    const bool constants = request.isConstant(node.inputs[1]) && request.isConstant(node.inputs[2]) &&
                           (!node.input(3).valid() || request.isConstant(node.input(3)));
    if (!request.isFloat(node.inputs[0]) || !constants) {
        reason = "its weights are not constant float numbers";
        return nullptr;
    }
    const Shape& source = request.shape(node.inputs[0]);
    const Shape& recurrence = request.shape(node.inputs[2]);
    const RecurrentForm form = formOf(node, *kind, recurrence[2]);
    if (node.input(lengths).valid() || node.input(peepholes).valid() || form.batchFirst || form.clip != 0 || form.inputForget) {
        reason = "sequence lengths, peepholes, clipping, coupled gates or the batch first";
        return nullptr;
    }
    if (!hasUsualFunctions(form, *kind) || source.elements() == 0) {
        reason = "its functions or its size";
        return nullptr;
    }
    const Sizes sizes{*kind, source[0], source[1], source[2], form.hidden, form.directions, form.firstReversed, form.linearBeforeReset,
                      form.activations[0].kind == Gate::relu};
    RecurrentKernel::Operands operands{.weights = node.inputs[1], .recurrence = node.inputs[2], .bias = node.input(3)};
    std::vector<Kernel::Input> inputs{{node.inputs[0], Layout::plain}};
    for (const auto& [index, place] : {std::pair{initialHidden, &operands.initialHidden}, {initialCell, &operands.initialCell}})
        if (node.input(index).valid()) {
            *place = static_cast<int>(inputs.size());
            inputs.push_back({node.input(index), Layout::plain});
        }
    int written = 0;
    int* const places[] = {&operands.sequence, &operands.lastHidden, &operands.lastCell};
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid())
            *places[i] = written++;
    auto kernel = std::make_unique<RecurrentKernel>(sizes, operands);
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
