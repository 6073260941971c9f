// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/lines.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

std::vector<Tensor> runCumSum(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    givenOperand(context, 1);
    const int axis = axisOf(context.node, integerOperand(context, 1, 0), input.shape().rank());
    const bool exclusive = context.node.integer("exclusive", 0) != 0;
    const bool reverse = context.node.integer("reverse", 0) != 0;
    const Lines lines(input.shape(), axis);
    Tensor output(input.dtype(), input.shape());
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::int64_t line = 0; line < lines.count; ++line) {
            Accumulator<T> sum{0};
            for (std::int64_t k = 0; k < lines.length; ++k) {
                const std::size_t at = lines.at(line, reverse ? lines.length - 1 - k : k, lines.length);
                const Accumulator<T> next = wrappingAdd(sum, static_cast<Accumulator<T>>(in[at]));
                out[at] = static_cast<T>(exclusive ? sum : next);
                sum = next;
            }
        }
    });
    return {output};
}

}

void register_cum_sum(Table<Op>& table)
{
    table.add({.id = "CumSum",
               .traits = {.kind = OpTraits::Kind::computing},
               .exactness = Exactness::accumulated,
               .sinceOpset = 11,
               .infer = inferSame,
               .run = viaFloat32<runCumSum>});
}

}
