// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/matmul_geometry.h"

namespace lathe {

namespace {

Shape leading(const Shape& shape)
{
    return Shape(std::vector<std::int64_t>(shape.begin(), shape.end() - 2));
}

}

MatMulGeometry matMulGeometry(const Node& node, const Shape& left, const Shape& right)
{
    if (left.rank() == 0 || right.rank() == 0)
        failOperator(node, "its operands must not be scalars");
    const Shape a = left.rank() == 1 ? Shape{1, left[0]} : left;
    const Shape b = right.rank() == 1 ? Shape{right[0], 1} : right;
    const std::int64_t inner = a[a.rank() - 1], other = b[b.rank() - 2];
    if (inner >= 0 && other >= 0 && inner != other)
        failOperator(node, "the inner dimensions " + std::to_string(inner) + " and " + std::to_string(other) + " differ");

    MatMulGeometry geometry;
    geometry.m = a[a.rank() - 2];
    geometry.k = std::max(inner, other);
    geometry.n = b[b.rank() - 1];
    const std::array batches{leading(a), leading(b)};
    geometry.batch = broadcastShapes(node, batches);
    if (batches[0].isStatic() && batches[1].isStatic()) {
        geometry.leftStrides = broadcastStrides(batches[0], geometry.batch);
        geometry.rightStrides = broadcastStrides(batches[1], geometry.batch);
    }
    std::vector<std::int64_t> dims = geometry.batch.dims();
    if (left.rank() > 1)
        dims.push_back(geometry.m);
    if (right.rank() > 1)
        dims.push_back(geometry.n);
    geometry.output = Shape(std::move(dims));
    return geometry;
}

}
