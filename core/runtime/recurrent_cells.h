// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/vector_math.h"

namespace lathe {

/// Bodies for simdCall(): what the cells of recurrent layers (ONNX LSTM, GRU, RNN) make of the sums of their gates, for
/// one sample. `count`: the hidden size; gates lie one after the other in the order of the operator.

struct LstmStep {
    /// Gates i, o, f, c.
    LATHE_INLINE static void run(const float* gates, float* cell, float* hidden, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float in = sigmoidFast(gates[i]), out = sigmoidFast(gates[count + i]);
            const float keep = sigmoidFast(gates[2 * count + i]);
            cell[i] = keep * cell[i] + in * tanhFast(gates[3 * count + i]);
            hidden[i] = out * tanhFast(cell[i]);
        }
    }
};

struct GruReset {
    /// Turns the sums of gates z, r into the gates; gives r * h.
    LATHE_INLINE static void run(float* gates, const float* hidden, float* reset, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            gates[i] = sigmoidFast(gates[i]);
            gates[count + i] = sigmoidFast(gates[count + i]);
            reset[i] = gates[count + i] * hidden[i];
        }
    }
};

struct GruStep {
    /// `candidate`: what comes from the state.
    LATHE_INLINE static void run(const float* gates, const float* candidate, float* hidden, std::int64_t count, bool scaled)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float own = scaled ? gates[count + i] * candidate[i] : candidate[i];
            const float next = tanhFast(gates[2 * count + i] + own);
            hidden[i] = (1.0f - gates[i]) * next + gates[i] * hidden[i];
        }
    }
};

struct RnnStep {
    LATHE_INLINE static void run(const float* gates, float* hidden, std::int64_t count, bool relu)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            hidden[i] = relu ? (gates[i] < 0 ? 0.0f : gates[i]) : tanhFast(gates[i]);
    }
};

}
