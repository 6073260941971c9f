// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/recurrent.h"

namespace lathe {

namespace {

std::vector<ValueInfo> inferRnn(const InferContext& context)
{
    return inferRecurrent(context, 1);
}

/// h = f(W x + R h + b).
void step(RecurrentCell& cell)
{
    std::vector<double> next(cell.hidden.size());
    for (std::size_t i = 0; i < next.size(); ++i)
        next[i] = cell.activations[0](cell.clipped(cell.fromInput(0, i) + cell.fromState(0, i, cell.hidden)));
    std::copy(next.begin(), next.end(), cell.hidden.begin());
}

std::vector<Tensor> runRnn(const RunContext& context)
{
    const Shape& recurrence = context.input(2).shape();
    const RecurrentForm form = recurrentForm(context.node, {GateActivation::Kind::tanh},
                                             recurrence.rank() == 3 ? recurrence[2] : 0);
    return runRecurrent(context, form, 1, 1, step);
}

}

void register_rnn(Table<Op>& table)
{
    table.add({.id = "RNN",
               .traits = {.kind = OpTraits::Kind::computing},
               .exactness = Exactness::approximate,
               .infer = inferRnn,
               .run = viaFloat32<runRnn>,
               .macs = countRecurrent});
}

}
