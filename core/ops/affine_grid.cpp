// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// The grid [N, spatial axes, spatial rank] of an image of `size` [N, C, spatial axes].
Shape gridShape(const Node& node, const std::vector<std::int64_t>& size)
{
    if (size.size() != 4 && size.size() != 5)
        failOperator(node, "the size must have four or five numbers");
    std::vector<std::int64_t> dims{size[0]};
    dims.insert(dims.end(), size.begin() + 2, size.end());
    dims.push_back(static_cast<std::int64_t>(size.size()) - 2);
    for (const std::int64_t dim : dims)
        if (dim < 1 || dim > maxDimension)
            failOperator(node, "a size is out of range");
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferAffineGrid(const InferContext& context)
{
    const auto size = context.integers(1);
    if (!size)
        return {typeOnly(context.input(0).dtype)};
    return {typed(context.input(0).dtype, gridShape(context.node, *size))};
}

/// Where pixel `i` of `count` lies between -1 and 1: the ends are the outer pixels' centres, or their borders.
double coordinate(std::int64_t i, std::int64_t count, bool alignCorners)
{
    if (alignCorners)
        return count > 1 ? -1 + 2 * static_cast<double>(i) / static_cast<double>(count - 1) : 0;
    return (2 * static_cast<double>(i) + 1) / static_cast<double>(count) - 1;
}

/// theta [N, rank, rank + 1] times the homogeneous coordinates (x, y, z, 1) of every pixel.
std::vector<Tensor> runAffineGrid(const RunContext& context)
{
    const Tensor& theta = rankedOperand(context, 0, 3);
    const Shape shape = gridShape(context.node, integersOperand(context, 1));
    const auto rank = static_cast<std::size_t>(shape.rank() - 2);
    if (theta.shape() != Shape{shape[0], shape.rank() - 2, shape.rank() - 1})
        context.fail("theta " + theta.shape().text() + " does not fit the size");
    const bool alignCorners = context.node.integer("align_corners", 0) != 0;
    Tensor output(theta.dtype(), shape);
    const std::vector<std::int64_t> strides = shape.strides();
    const std::int64_t points = shape.elements(1, shape.rank() - 1);
    visitFloat(context.node, theta.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        for (std::int64_t point = 0; point < shape[0] * points; ++point) {
            const auto rows = theta.data<T>().subspan(static_cast<std::size_t>(point / points) * rank * (rank + 1));
            for (std::size_t row = 0; row < rank; ++row) {
                double sum = static_cast<double>(rows[row * (rank + 1) + rank]);
                for (std::size_t k = 0; k < rank; ++k) {
                    const int axis = static_cast<int>(rank - k);
                    const std::int64_t i =
                        point * static_cast<std::int64_t>(rank) / strides[static_cast<std::size_t>(axis)] % shape[axis];
                    sum += static_cast<double>(rows[row * (rank + 1) + k]) * coordinate(i, shape[axis], alignCorners);
                }
                out[static_cast<std::size_t>(point) * rank + row] = static_cast<T>(sum);
            }
        }
    });
    return {output};
}

}

void register_affine_grid(Table<Op>& table)
{
    table.add({.id = "AffineGrid",
               .exactness = Exactness::accumulated,
               .sinceOpset = 20,
               .infer = inferAffineGrid,
               .run = viaFloat32<runAffineGrid>});
}

}
