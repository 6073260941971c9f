// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of sums and means along axes.
#include "core/ops/broadcast.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// Each element gets the gradient of the result that it went into, times `factor` of that result's element
/// count.
template <double (*factor)(double count)>
std::vector<Tensor> reverseReduce(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const std::vector<std::int64_t> axes =
        runAxes({context.node, context.inputs, context.opset, context.control}, 1);
    const std::vector<bool> reduced = reducedAxes(context.node, axes, shape.rank());
    Shape kept = shape;
    double count = 1;
    for (int axis = 0; axis < shape.rank(); ++axis)
        if (reduced[static_cast<std::size_t>(axis)]) {
            count *= static_cast<double>(shape[axis]);
            kept[axis] = 1;
        }
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> at(static_cast<std::size_t>(shape.elements()));
    forEachStrided(
        shape, std::array{broadcastStrides(kept, shape)}, [&](std::int64_t i, const auto& offsets) {
            at[static_cast<std::size_t>(i)] = gradient[static_cast<std::size_t>(offsets[0])] * factor(count);
        });
    std::vector<Tensor> result(context.inputs.size());
    if (context.wants(0))
        result[0] = tensorLike(context.input(0), at);
    return result;
}

double ofSum(double)
{
    return 1;
}
double ofMean(double count)
{
    return 1 / count;
}

}

void register_reverse_reduce(Table<Reverse>& table)
{
    table.add({.id = "ReduceSum", .vjp = reverseReduce<ofSum>});
    table.add({.id = "ReduceMean", .vjp = reverseReduce<ofMean>});
}

}
