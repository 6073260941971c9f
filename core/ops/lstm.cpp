// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/recurrent.h"

namespace lathe {

namespace {

using Kind = GateActivation::Kind;

enum Gate : int { input, output, forget, candidate };
/// Order of the peepholes.
enum Peephole : std::size_t { toInput, toOutput, toForget };

std::vector<ValueInfo> inferLstm(const InferContext& context)
{
    return inferRecurrent(context, 2);
}

/// i, f = f(W x + R h + P c); c = f c + i g(Wc x + Rc h); o = f(Wo x + Ro h + Po c); h = o h(c).
void step(RecurrentCell& cell)
{
    const std::size_t count = cell.hidden.size();
    const auto gateSum = [&](Gate gate, std::size_t i) {
        return cell.fromInput(gate, i) + cell.fromState(gate, i, cell.hidden);
    };
    const auto peephole = [&](Peephole gate, std::size_t i) { return cell.peepholes[gate * count + i] * cell.cell[i]; };
    std::vector<double> next(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double in = cell.activations[0](cell.clipped(gateSum(input, i) + peephole(toInput, i)));
        const double keep = cell.form.inputForget
                                ? 1 - in
                                : cell.activations[0](cell.clipped(gateSum(forget, i) + peephole(toForget, i)));
        cell.cell[i] = keep * cell.cell[i] + in * cell.activations[1](cell.clipped(gateSum(candidate, i)));
        const double out = cell.activations[0](cell.clipped(gateSum(output, i) + peephole(toOutput, i)));
        next[i] = out * cell.activations[2](cell.clipped(cell.cell[i]));
    }
    std::copy(next.begin(), next.end(), cell.hidden.begin());
}

std::vector<Tensor> runLstm(const RunContext& context)
{
    const Shape& recurrence = context.input(2).shape();
    const RecurrentForm form = recurrentForm(context.node, {Kind::sigmoid, Kind::tanh, Kind::tanh},
                                             recurrence.rank() == 3 ? recurrence[2] : 0);
    return runRecurrent(context, form, 4, 2, step);
}

}

void register_lstm(Table<Op>& table)
{
    table.add({.id = "LSTM",
               .traits = {.kind = OpTraits::Kind::computing},
               .exactness = Exactness::approximate,
               .infer = inferLstm,
               .run = viaFloat32<runLstm>,
               .macs = countRecurrent});
}

}
