// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of MatMul and Gemm.
#include "core/ops/matmul_geometry.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// Adds the gradients of one product [m, k] x [k, n]; element (i, k) of the left matrix is left[i * leftRow +
/// k * leftColumn].
struct ProductReverse
{
    std::int64_t m, n, k;
    std::int64_t leftRow, leftColumn, rightRow, rightColumn;

    void add(const double* gradient, const double* left, const double* right, double* atLeft,
             double* atRight) const
    {
        for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t p = 0; p < k; ++p) {
                    const std::int64_t l = i * leftRow + p * leftColumn, r = p * rightRow + j * rightColumn;
                    atLeft[l] += gradient[i * n + j] * right[r];
                    atRight[r] += gradient[i * n + j] * left[l];
                }
    }
};

std::vector<Tensor> reverseMatMul(const ReverseContext& context)
{
    const MatMulGeometry geometry =
        matMulGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    const std::vector<double> left = realsOf(context.input(0)), right = realsOf(context.input(1));
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> atLeft(left.size(), 0.0), atRight(right.size(), 0.0);
    const ProductReverse product{geometry.m, geometry.n, geometry.k, geometry.k, 1, geometry.n, 1};
    forEachStrided(geometry.batch, std::array{geometry.leftStrides, geometry.rightStrides},
                   [&](std::int64_t matrix, const auto& at) {
                       context.control.throwIfStopped();
                       const std::int64_t l = at[0] * geometry.m * geometry.k,
                                          r = at[1] * geometry.k * geometry.n;
                       product.add(gradient.data() + matrix * geometry.m * geometry.n, left.data() + l,
                                   right.data() + r, atLeft.data() + l, atRight.data() + r);
                   });
    return wantedOf(context, {&atLeft, &atRight});
}

/// Y = alpha * op(A) * op(B) + beta * C.
std::vector<Tensor> reverseGemm(const ReverseContext& context)
{
    const bool transA = context.node.integer("transA", 0) != 0,
               transB = context.node.integer("transB", 0) != 0;
    const double alpha = double{context.node.real("alpha", 1)}, beta = double{context.node.real("beta", 1)};
    const Shape &a = context.input(0).shape(), &output = context.outputs[0].shape();
    const std::int64_t m = output[0], n = output[1], k = a[transA ? 0 : 1];
    std::vector<double> gradient = onlyGradient(context);
    std::vector<double> atC(static_cast<std::size_t>(context.input(2).elements()), 0.0);
    if (context.wants(2))
        forEachStrided(output, std::array{broadcastStrides(context.input(2).shape(), output)},
                       [&](std::int64_t i, const auto& at) {
                           atC[static_cast<std::size_t>(at[0])] +=
                               beta * gradient[static_cast<std::size_t>(i)];
                       });
    for (double& value : gradient)
        value *= alpha;
    const std::vector<double> left = realsOf(context.input(0)), right = realsOf(context.input(1));
    std::vector<double> atLeft(left.size(), 0.0), atRight(right.size(), 0.0);
    const ProductReverse product{m, n, k, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1};
    product.add(gradient.data(), left.data(), right.data(), atLeft.data(), atRight.data());
    return wantedOf(context, {&atLeft, &atRight, &atC});
}

}

void register_reverse_matmul(Table<Reverse>& table)
{
    table.add({.id = "MatMul", .vjp = reverseMatMul, .operands = 2});
    table.add({.id = "Gemm", .vjp = reverseGemm, .operands = 3});
}

}
