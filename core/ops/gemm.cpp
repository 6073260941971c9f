// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/broadcast.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// Y [M, N] = alpha * op(A) [M, K] * op(B) [K, N] + beta * C.
struct GemmSizes {
    std::int64_t m, n, k;
    bool transA, transB;
};

GemmSizes sizesOf(const Node& node, const Shape& a, const Shape& b)
{
    if (a.rank() != 2 || b.rank() != 2)
        failOperator(node, "its operands must be matrices, not " + a.text() + " and " + b.text());
    const bool transA = node.integer("transA", 0) != 0, transB = node.integer("transB", 0) != 0;
    const std::int64_t k = a[transA ? 0 : 1], other = b[transB ? 1 : 0];
    if (k >= 0 && other >= 0 && k != other)
        failOperator(node, "the inner dimensions " + std::to_string(k) + " and " + std::to_string(other) + " differ");
    return {a[transA ? 1 : 0], b[transB ? 0 : 1], std::max(k, other), transA, transB};
}

std::vector<ValueInfo> inferGemm(const InferContext& context)
{
    const ValueInfo &a = context.input(0), &b = context.input(1);
    if (!a.shape || !b.shape)
        return {typeOnly(a.dtype)};
    const GemmSizes sizes = sizesOf(context.node, *a.shape, *b.shape);
    return {typed(a.dtype, Shape{sizes.m, sizes.n})};
}

/// Integer operands are multiplied with alpha and beta in double too; they are small in every use that is known.
template <typename T> Tensor runTyped(const RunContext& context)
{
    const Tensor &a = context.input(0), &b = context.input(1), &c = context.input(2);
    const GemmSizes sizes = sizesOf(context.node, a.shape(), b.shape());
    const double alpha = context.node.real("alpha", 1), beta = context.node.real("beta", 1);
    Tensor output(a.dtype(), Shape{sizes.m, sizes.n});
    const auto left = a.data<T>(), right = b.data<T>();
    const auto out = output.mutableData<T>();
    std::vector<std::int64_t> strides{0, 0};
    if (!c.empty()) {
        const std::array shapes{output.shape(), c.shape()};
        if (broadcastShapes(context.node, shapes) != output.shape())
            context.fail("C of shape " + c.shape().text() + " does not broadcast to " + output.shape().text());
        strides = broadcastStrides(c.shape(), output.shape());
    }
    const auto at = [](std::int64_t row, std::int64_t column, std::int64_t rows, std::int64_t columns, bool trans) {
        return static_cast<std::size_t>(trans ? column * rows + row : row * columns + column);
    };
    for (std::int64_t i = 0; i < sizes.m; ++i) {
        context.control.throwIfStopped();
        for (std::int64_t j = 0; j < sizes.n; ++j) {
            double sum = 0;
            for (std::int64_t k = 0; k < sizes.k; ++k)
                sum += static_cast<double>(left[at(i, k, sizes.m, sizes.k, sizes.transA)]) *
                       static_cast<double>(right[at(k, j, sizes.k, sizes.n, sizes.transB)]);
            sum *= alpha;
            if (!c.empty())
                sum += beta * static_cast<double>(c.data<T>()[static_cast<std::size_t>(i * strides[0] + j * strides[1])]);
            out[static_cast<std::size_t>(i * sizes.n + j)] = toElement<T>(sum);
        }
    }
    return output;
}

std::vector<Tensor> runGemm(const RunContext& context)
{
    return {visitNumeric(context.node, context.input(0).dtype(),
                         [&](auto tag) { return runTyped<typename decltype(tag)::type>(context); })};
}

std::int64_t countGemm(const InferContext& context, std::span<const ValueInfo>)
{
    if (!context.input(0).isStatic() || !context.input(1).isStatic())
        return 0;
    const GemmSizes sizes = sizesOf(context.node, *context.input(0).shape, *context.input(1).shape);
    return productOrZero(std::array{sizes.m, sizes.n, sizes.k});
}

}

void register_gemm(Table<Op>& table)
{
    table.add({.id = "Gemm",
               .traits = {OpTraits::Kind::weighted, 1, 2, 1},
               .exactness = Exactness::accumulated,
               .infer = inferGemm,
               .run = viaFloat32<runGemm>,
               .macs = countGemm});
}

}
