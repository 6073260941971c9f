// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/recurrent.h"

namespace lathe {

namespace {

using Kind = GateActivation::Kind;

enum Gate : int { update, reset, candidate };

std::vector<ValueInfo> inferGru(const InferContext& context)
{
    return inferRecurrent(context, 1);
}

/// z = f(Wz x + Rz h), r = f(Wr x + Rr h), n = g(Wh x + Rh (r h)) or g(Wh x + r (Rh h)); h = (1 - z) n + z h.
void step(RecurrentCell& cell)
{
    const std::size_t count = cell.hidden.size();
    std::vector<double> z(count), r(count), resetState(count), next(count);
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = cell.activations[0](cell.clipped(cell.fromInput(update, i) + cell.fromState(update, i, cell.hidden)));
        r[i] = cell.activations[0](cell.clipped(cell.fromInput(reset, i) + cell.fromState(reset, i, cell.hidden)));
        resetState[i] = r[i] * cell.hidden[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
        const double fromState = cell.form.linearBeforeReset ? r[i] * cell.fromState(candidate, i, cell.hidden)
                                                             : cell.fromState(candidate, i, resetState);
        const double n = cell.activations[1](cell.clipped(cell.fromInput(candidate, i) + fromState));
        next[i] = (1 - z[i]) * n + z[i] * cell.hidden[i];
    }
    std::copy(next.begin(), next.end(), cell.hidden.begin());
}

std::vector<Tensor> runGru(const RunContext& context)
{
    const Shape& recurrence = context.input(2).shape();
    const RecurrentForm form = recurrentForm(context.node, {Kind::sigmoid, Kind::tanh},
                                             recurrence.rank() == 3 ? recurrence[2] : 0);
    return runRecurrent(context, form, 3, 1, step);
}

}

void register_gru(Table<Op>& table)
{
    table.add({.id = "GRU",
               .traits = {.kind = OpTraits::Kind::computing},
               .exactness = Exactness::approximate,
               .infer = inferGru,
               .run = viaFloat32<runGru>,
               .macs = countRecurrent});
}

}
