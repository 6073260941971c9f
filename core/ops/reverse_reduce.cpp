// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of sums, means and extremes along axes.
#include <utility>

#include "core/ops/broadcast.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// A reduction of the first operand: its shape with the reduced axes kept as 1.
struct Reduction
{
    Shape kept;
    double count = 1; ///< elements of each result

    explicit Reduction(const ReverseContext& context)
        : kept(context.input(0).shape())
    {
        const std::vector<std::int64_t> axes =
            runAxes({context.node, context.inputs, context.opset, context.control}, 1);
        const std::vector<bool> reduced = reducedAxes(context.node, axes, kept.rank());
        for (int axis = 0; axis < kept.rank(); ++axis)
            if (reduced[static_cast<std::size_t>(axis)]) {
                count *= static_cast<double>(kept[axis]);
                kept[axis] = 1;
            }
    }
};

/// Each element gets the gradient of the result that it went into, times `factor` of that result's element
/// count.
template <double (*factor)(double count)>
std::vector<Tensor> reverseReduce(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const Reduction reduction(context);
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> at(static_cast<std::size_t>(shape.elements()));
    forEachStrided(shape, std::array{broadcastStrides(reduction.kept, shape)},
                   [&](std::int64_t i, const auto& offsets) {
                       at[static_cast<std::size_t>(i)] =
                           gradient[static_cast<std::size_t>(offsets[0])] * factor(reduction.count);
                   });
    return wantedOf(context, {&at});
}

/// The first element that is the result gets its gradient.
std::vector<Tensor> reverseExtreme(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const Reduction reduction(context);
    const std::vector<double> x = realsOf(context.input(0)), y = realsOf(context.outputs[0]);
    std::vector<double> gradient = onlyGradient(context), at(x.size(), 0.0);
    forEachStrided(
        shape, std::array{broadcastStrides(reduction.kept, shape)}, [&](std::int64_t i, const auto& offsets) {
            const auto from = static_cast<std::size_t>(i), result = static_cast<std::size_t>(offsets[0]);
            if (x[from] == y[result])
                at[from] = std::exchange(gradient[result], 0.0);
        });
    return wantedOf(context, {&at});
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
    table.add({.id = "ReduceMax", .vjp = reverseExtreme});
    table.add({.id = "ReduceMin", .vjp = reverseExtreme});
    table.add({.id = "ReduceMean", .vjp = reverseReduce<ofMean>});
}

}
