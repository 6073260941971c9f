// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "core/runtime/kernel.h"
#include "core/runtime/panel_product.h"

namespace lathe {

enum class CellKind : std::uint8_t
{
    rnn,
    gru,
    lstm
};

/// What a recurrent layer computes.
struct CellSizes
{
    CellKind kind = CellKind::rnn;
    std::int64_t steps = 0, batch = 0, inputs = 0, hidden = 0;
    int directions = 1;
    bool firstReversed = false;
    bool linearBeforeReset = false;
    bool relu = false;                                    ///< the RNN's function, else tanh
    float bound = std::numeric_limits<float>::infinity(); ///< of the sums that functions see

    int gates() const { return kind == CellKind::lstm ? 4 : kind == CellKind::gru ? 3 : 1; }
    /// Columns that are known from the state before any gate is: all but the GRU's candidate.
    std::int64_t early() const { return hidden * (kind == CellKind::gru ? 2 : gates()); }
    std::int64_t columns() const { return PanelMatrix::padded(hidden * gates()); }
    bool reversed(int direction) const { return directions == 2 ? direction == 1 : firstReversed; }
};

/// Where it has its numbers from, and where they go.
struct CellOperands
{
    ValueId weights, recurrence, bias, peepholes;      ///< constants; the last two may be invalid
    int lengths = -1;                                  ///< input: steps of each sample; -1: all of them
    int initialHidden = -1, initialCell = -1;          ///< inputs; -1: zero
    int sequence = -1, lastHidden = -1, lastCell = -1; ///< outputs; -1: nobody wants it
};

/// LSTM, GRU or RNN in float: products of the inputs for all steps at once, then step by step. Samples of
/// different lengths run one after the other. `node`: for messages.
std::unique_ptr<Kernel> makeRecurrentKernel(const CellSizes& sizes, const CellOperands& operands,
                                            const Node& node);

}
