// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/recurrent_kernel.h"

#include <algorithm>
#include <cstring>

#include "core/ops/infer_helpers.h"
#include "core/runtime/recurrent_cells.h"

namespace lathe {

namespace {

struct Direction
{
    PanelMatrix fromInput, fromState, candidateFromState;
    std::vector<float> bias;          ///< by column of `fromInput`
    std::vector<float> candidateBias; ///< GRU: the recurrence's own, which the reset gate scales
    std::vector<float> peepholes;     ///< LSTM: of the gates i, o, f; empty: none
};

struct RecurrentBinding final : StepBinding
{
    std::vector<Direction> directions;
};

class RecurrentKernel final : public Kernel
{
public:
    RecurrentKernel(CellSizes sizes, CellOperands operands, const Node& node)
        : m_sizes(sizes)
        , m_operands(operands)
        , m_node(node)
    {
        constants = {operands.weights, operands.recurrence};
        if (operands.bias.valid())
            constants.push_back(operands.bias);
        if (operands.peepholes.valid())
            constants.push_back(operands.peepholes);
        scratchBytes = static_cast<std::size_t>(floatsEach() * m_sizes.directions) * sizeof(float);
        packedBytes = static_cast<std::size_t>(m_sizes.columns() * m_sizes.directions *
                                               (m_sizes.inputs + m_sizes.hidden)) *
                      sizeof(float);
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        const Tensor weights = context.constant(m_operands.weights),
                     recurrence = context.constant(m_operands.recurrence);
        const Tensor bias = m_operands.bias.valid() ? context.constant(m_operands.bias) : Tensor();
        auto binding = std::make_shared<RecurrentBinding>();
        for (int d = 0; d < m_sizes.directions; ++d)
            binding->directions.push_back(pack(weights.data<float>().data(), recurrence.data<float>().data(),
                                               m_operands.bias.valid() ? bias.data<float>().data() : nullptr,
                                               d));
        if (m_operands.peepholes.valid()) {
            const Tensor peepholes = context.constant(m_operands.peepholes);
            const auto each = static_cast<std::size_t>(3 * m_sizes.hidden);
            for (std::size_t d = 0; d < binding->directions.size(); ++d) {
                const auto own = peepholes.data<float>().subspan(d * each, each);
                binding->directions[d].peepholes.assign(own.begin(), own.end());
            }
        }
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const RecurrentBinding&>(*run.binding);
        if (m_operands.lengths >= 0)
            checkLengths(run);
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
        return (m_sizes.columns() * m_sizes.steps * m_sizes.batch + states +
                m_sizes.columns() * m_sizes.batch + 15) /
               16 * 16;
    }

    Direction pack(const float* weights, const float* recurrence, const float* bias, int d) const
    {
        const std::int64_t h = m_sizes.hidden, rows = h * m_sizes.gates();
        weights += d * rows * m_sizes.inputs;
        recurrence += d * rows * h;
        Direction result{PanelMatrix(weights, rows, m_sizes.inputs),
                         PanelMatrix(recurrence, m_sizes.early(), h),
                         {},
                         {},
                         {},
                         {}};
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
        const std::int64_t columns = m_sizes.columns(), batch = m_sizes.batch,
                           stateSize = batch * m_sizes.hidden;
        float* gates = reinterpret_cast<float*>(run.scratch) + d * floatsEach();
        float* hidden = gates + columns * m_sizes.steps * batch;
        float* cell = hidden + stateSize;
        float* reset = cell + stateSize;
        float* candidate = reset + stateSize;
        loadState(run, m_operands.initialHidden, d, hidden);
        loadState(run, m_operands.initialCell, d, cell);
        for (std::int64_t row = 0; row < m_sizes.steps * batch; ++row)
            std::copy(direction.bias.begin(), direction.bias.end(), gates + row * columns);
        direction.fromInput.multiply(run.inputs[0].floats(), m_sizes.inputs, m_sizes.steps * batch, gates,
                                     columns);
        float* sequence = m_operands.sequence < 0
                              ? nullptr
                              : run.outputs[static_cast<std::size_t>(m_operands.sequence)].floats();
        const State state{gates, hidden, cell, reset, candidate};
        if (m_operands.lengths < 0)
            walk(direction, d, state, sequence, {0, batch, m_sizes.steps});
        // Samples of different lengths are at different times when they run backwards.
        for (std::int64_t b = 0; m_operands.lengths >= 0 && b < batch; ++b)
            walk(direction, d, state, sequence, {b, 1, lengthsOf(run)[b]});
        storeState(run, m_operands.lastHidden, d, hidden);
        storeState(run, m_operands.lastCell, d, cell);
    }

    /// Scratch memory of one direction.
    struct State
    {
        float *gates, *hidden, *cell, *reset, *candidate;
    };
    /// Samples that go together, and their steps.
    struct Some
    {
        std::int64_t first, count, steps;
    };

    const std::int32_t* lengthsOf(const StepRun& run) const
    {
        return reinterpret_cast<const std::int32_t*>(
            run.inputs[static_cast<std::size_t>(m_operands.lengths)].data);
    }

    void checkLengths(const StepRun& run) const
    {
        for (std::int64_t b = 0; b < m_sizes.batch; ++b)
            if (const std::int32_t length = lengthsOf(run)[b]; length < 0 || length > m_sizes.steps)
                failOperator(m_node, "a sequence length of " + std::to_string(length) + " is outside 0 to " +
                                         std::to_string(m_sizes.steps));
    }

    /// All time steps of some samples; what lies behind their end in `sequence` (may be null) is zero.
    void walk(const Direction& direction, int d, const State& state, float* sequence, const Some& some) const
    {
        const std::int64_t h = m_sizes.hidden, at = some.first * h;
        for (std::int64_t step = 0; step < m_sizes.steps; ++step) {
            const bool beyond = step >= some.steps;
            const std::int64_t t = m_sizes.reversed(d) && !beyond ? some.steps - 1 - step : step;
            float* written =
                sequence ? sequence + (t * m_sizes.directions + d) * m_sizes.batch * h + at : nullptr;
            if (beyond) {
                if (written)
                    std::fill_n(written, some.count * h, 0.0f);
                continue;
            }
            advance(direction, some.count, state.gates + (t * m_sizes.batch + some.first) * m_sizes.columns(),
                    state.hidden + at, state.cell + at, state.reset, state.candidate);
            if (written)
                std::copy_n(state.hidden + at, some.count * h, written);
        }
    }

    /// One time step of so many samples.
    void advance(const Direction& direction, std::int64_t samples, float* gates, float* hidden, float* cell,
                 float* reset, float* candidate) const
    {
        const std::int64_t columns = m_sizes.columns(), h = m_sizes.hidden;
        // Padding of the early columns adds zeros to what follows them.
        direction.fromState.multiply(hidden, h, samples, gates, columns);
        if (m_sizes.kind == CellKind::gru)
            candidateSums(direction, samples, gates, hidden, reset, candidate);
        for (std::int64_t b = 0; b < samples; ++b, gates += columns, hidden += h, cell += h) {
            if (!direction.peepholes.empty())
                simdCall<PeepholeStep>(static_cast<const float*>(gates), direction.peepholes.data(), cell,
                                       hidden, h, m_sizes.bound);
            else if (m_sizes.kind == CellKind::lstm)
                simdCall<LstmStep>(static_cast<const float*>(gates), cell, hidden, h, m_sizes.bound);
            else if (m_sizes.kind == CellKind::gru)
                simdCall<GruStep>(static_cast<const float*>(gates),
                                  static_cast<const float*>(candidate + b * PanelMatrix::padded(h)), hidden,
                                  h, m_sizes.linearBeforeReset, m_sizes.bound);
            else
                simdCall<RnnStep>(static_cast<const float*>(gates), hidden, h, m_sizes.relu, m_sizes.bound);
        }
    }

    void candidateSums(const Direction& direction, std::int64_t samples, float* gates, const float* hidden,
                       float* reset, float* candidate) const
    {
        const std::int64_t h = m_sizes.hidden, width = PanelMatrix::padded(h);
        for (std::int64_t b = 0; b < samples; ++b) {
            simdCall<GruReset>(gates + b * m_sizes.columns(), hidden + b * h, reset + b * h, h,
                               m_sizes.bound);
            std::copy(direction.candidateBias.begin(), direction.candidateBias.end(), candidate + b * width);
        }
        direction.candidateFromState.multiply(m_sizes.linearBeforeReset ? hidden : reset, h, samples,
                                              candidate, width);
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

    CellSizes m_sizes;
    CellOperands m_operands;
    Node m_node; ///< for messages
};

}

std::unique_ptr<Kernel> makeRecurrentKernel(const CellSizes& sizes, const CellOperands& operands,
                                            const Node& node)
{
    return std::make_unique<RecurrentKernel>(sizes, operands, node);
}

}
