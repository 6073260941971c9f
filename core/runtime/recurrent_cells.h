// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/vector_math.h"

namespace lathe {

/// Bodies for simdCall(): what the cells of recurrent layers (ONNX LSTM, GRU, RNN) make of the sums of their
/// gates, for one sample. `count`: the hidden size; gates lie one after the other in the order of the
/// operator. Sums are clipped to
/// [-bound, bound] (infinite: not at all) before functions see them.

struct LstmStep {
    /// Gates i, o, f, c.
    LATHE_INLINE static void run(const float* gates, float* cell, float* hidden, std::int64_t count,
                                 float bound)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float in = sigmoidFast(clampTo(gates[i], -bound, bound));
            const float out = sigmoidFast(clampTo(gates[count + i], -bound, bound));
            const float keep = sigmoidFast(clampTo(gates[2 * count + i], -bound, bound));
            cell[i] = keep * cell[i] + in * tanhFast(clampTo(gates[3 * count + i], -bound, bound));
            hidden[i] = out * tanhFast(clampTo(cell[i], -bound, bound));
        }
    }
};

struct PeepholeStep
{
    /// As LstmStep; `peepholes`: by what the cell is scaled into gates i, o (the new cell), f.
    LATHE_INLINE static void run(const float* gates, const float* peepholes, float* cell, float* hidden,
                                 std::int64_t count, float bound)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float in = sigmoidFast(clampTo(gates[i] + peepholes[i] * cell[i], -bound, bound));
            const float keep = sigmoidFast(
                clampTo(gates[2 * count + i] + peepholes[2 * count + i] * cell[i], -bound, bound));
            cell[i] = keep * cell[i] + in * tanhFast(clampTo(gates[3 * count + i], -bound, bound));
            const float out =
                sigmoidFast(clampTo(gates[count + i] + peepholes[count + i] * cell[i], -bound, bound));
            hidden[i] = out * tanhFast(clampTo(cell[i], -bound, bound));
        }
    }
};

struct GruReset {
    /// Turns the sums of gates z, r into the gates; gives r * h.
    LATHE_INLINE static void run(float* gates, const float* hidden, float* reset, std::int64_t count,
                                 float bound)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            gates[i] = sigmoidFast(clampTo(gates[i], -bound, bound));
            gates[count + i] = sigmoidFast(clampTo(gates[count + i], -bound, bound));
            reset[i] = gates[count + i] * hidden[i];
        }
    }
};

struct GruStep {
    /// `candidate`: what comes from the state.
    LATHE_INLINE static void run(const float* gates, const float* candidate, float* hidden,
                                 std::int64_t count, bool scaled, float bound)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float own = scaled ? gates[count + i] * candidate[i] : candidate[i];
            const float next = tanhFast(clampTo(gates[2 * count + i] + own, -bound, bound));
            hidden[i] = (1.0f - gates[i]) * next + gates[i] * hidden[i];
        }
    }
};

struct RnnStep {
    LATHE_INLINE static void run(const float* gates, float* hidden, std::int64_t count, bool relu,
                                 float bound)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float sum = clampTo(gates[i], -bound, bound);
            hidden[i] = relu ? (sum < 0 ? 0.0f : sum) : tanhFast(sum);
        }
    }
};

}
