// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// What RNN, GRU and LSTM share: attributes, sizes, and the walk over directions, samples and time steps.

/// An activation function of a gate, with its parameters.
struct GateActivation {
    enum class Kind : std::uint8_t {
        relu, tanh, sigmoid, affine, leakyRelu, thresholdedRelu, scaledTanh, hardSigmoid, elu, softsign, softplus,
    };
    Kind kind = Kind::tanh;
    double alpha = 0, beta = 0;

    double operator()(double x) const;
    bool operator==(const GateActivation&) const = default;
};

/// The attributes.
struct RecurrentForm {
    std::int64_t hidden = 0;
    int directions = 1;
    bool firstReversed = false;               ///< direction "reverse"; of two, the second one is always reversed
    bool batchFirst = false;                  ///< layout 1
    float clip = 0;                           ///< 0: none
    bool inputForget = false;                 ///< LSTM: the forget gate is 1 - the input gate
    bool linearBeforeReset = false;           ///< GRU
    std::vector<GateActivation> activations;  ///< of the first direction, then of the second

    bool reversed(int direction) const { return directions == 2 ? direction == 1 : firstReversed; }
    std::span<const GateActivation> activationsOf(int direction) const
    {
        const std::size_t each = activations.size() / static_cast<std::size_t>(directions);
        return std::span(activations).subspan(each * static_cast<std::size_t>(direction), each);
    }
};

/// Throws Error{operatorInput}. `defaults`: the activations of one direction.
RecurrentForm recurrentForm(const Node& node, std::initializer_list<GateActivation::Kind> defaults, std::int64_t hidden);

/// Sizes of the operands X, W, R.
struct RecurrentSizes {
    std::int64_t steps = 0, batch = 0, inputs = 0, hidden = 0;
};

/// Throws Error{operatorInput} where the operands' shapes do not fit each other. `gates`: matrices in W and R.
RecurrentSizes recurrentSizes(const RunContext& context, const RecurrentForm& form, int gates);

/// One time step of one sample in one direction. Matrices hold `gates` blocks of H rows.
struct RecurrentCell {
    const RecurrentForm& form;
    std::span<const GateActivation> activations;
    std::span<const double> input;                 ///< I numbers
    std::span<const double> weights;               ///< [gates * H, I]
    std::span<const double> recurrence;            ///< [gates * H, H]
    std::span<const double> bias;                  ///< of the weights, then of the recurrence: [2 * gates * H]
    std::span<const double> peepholes;             ///< LSTM: [3 * H]
    std::span<double> hidden;                      ///< H numbers, replaced by the step
    std::span<double> cell;                        ///< LSTM

    /// W x + its bias, row `row` of the gate.
    double fromInput(int gate, std::size_t row) const;
    /// R h + its bias, with h given.
    double fromState(int gate, std::size_t row, std::span<const double> state) const;
    double clipped(double x) const;

private:
    std::size_t rowOf(int gate, std::size_t row) const { return static_cast<std::size_t>(gate) * hidden.size() + row; }
};

using RecurrentStep = std::function<void(RecurrentCell&)>;

/// Types and shapes of Y, Y_h and, for LSTM, Y_c.
std::vector<ValueInfo> inferRecurrent(const InferContext& context, int states);
/// Runs `step` over all directions, samples and time steps; gives Y, Y_h and, for two states, Y_c.
std::vector<Tensor> runRecurrent(const RunContext& context, const RecurrentForm& form, int gates, int states,
                                 const RecurrentStep& step);
/// Multiply-accumulates of all time steps.
std::int64_t countRecurrent(const InferContext& context, std::span<const ValueInfo> outputs);

}
