// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

/// The first sequence_lens[b] elements along the time axis of each batch entry b, back to front.
std::vector<Tensor> runReverseSequence(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const Shape& shape = input.shape();
    const auto batchAxis = static_cast<int>(boundedInteger(context.node, "batch_axis", 1, 0, 1));
    const auto timeAxis = static_cast<int>(boundedInteger(context.node, "time_axis", 0, 0, 1));
    const std::vector<std::int64_t> lengths = integersOperand(context, 1);
    if (shape.rank() < 2 || batchAxis == timeAxis)
        context.fail("it needs a batch and a time axis");
    if (static_cast<std::int64_t>(lengths.size()) != shape[batchAxis])
        context.fail("there is not one length for each of " + std::to_string(shape[batchAxis]) + " sequences");
    for (const std::int64_t length : lengths)
        if (length < 0 || length > shape[timeAxis])
            context.fail("a sequence of " + std::to_string(length) + " does not fit " + std::to_string(shape[timeAxis]));
    const std::vector<std::int64_t> strides = shape.strides();
    const std::int64_t batchStride = strides[static_cast<std::size_t>(batchAxis)];
    const std::int64_t timeStride = strides[static_cast<std::size_t>(timeAxis)];
    return {gatherElements(input, shape, [&](std::int64_t i) {
        const std::int64_t length = lengths[static_cast<std::size_t>(i / batchStride % shape[batchAxis])];
        const std::int64_t time = i / timeStride % shape[timeAxis];
        return time < length ? i + (length - 1 - 2 * time) * timeStride : i;
    })};
}

}

void register_reverse_sequence(Table<Op>& table)
{
    table.add({.id = "ReverseSequence",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .sinceOpset = 10,
               .infer = inferSame,
               .run = runReverseSequence});
}

}
