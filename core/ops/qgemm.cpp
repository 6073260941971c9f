// SPDX-License-Identifier: GPL-3.0-or-later
// Matrix products of codes with a bias, as com.microsoft defines them (onnxruntime,
// docs/ContribOperators.md).
#include "core/numeric/arithmetic.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

/// Y [M, N] = op(A) [M, K] * op(B) [K, N] + C.
struct GemmSizes
{
    std::int64_t m, n, k;
    bool transA, transB;

    std::size_t left(std::int64_t i, std::int64_t kk) const
    {
        return static_cast<std::size_t>(transA ? kk * m + i : i * k + kk);
    }
    std::size_t right(std::int64_t kk, std::int64_t j) const
    {
        return static_cast<std::size_t>(transB ? j * k + kk : kk * n + j);
    }
};

GemmSizes sizesOf(const Node& node, const Shape& a, const Shape& b)
{
    if (a.rank() != 2 || b.rank() != 2)
        failOperator(node, "its operands must be matrices, not " + a.text() + " and " + b.text());
    const bool transA = node.integer("transA", 0) != 0, transB = node.integer("transB", 0) != 0;
    const std::int64_t k = a[transA ? 0 : 1], other = b[transB ? 1 : 0];
    if (k >= 0 && other >= 0 && k != other)
        failOperator(node, "the inner dimensions " + std::to_string(k) + " and " + std::to_string(other) +
                               " differ");
    return {a[transA ? 1 : 0], b[transB ? 0 : 1], std::max(k, other), transA, transB};
}

/// a, scale, zero-point, b, scale, zero-point, bias, y scale, y zero-point; real results without the last
/// two.
std::vector<ValueInfo> inferQGemm(const InferContext& context)
{
    const ValueInfo &a = context.input(0), &b = context.input(3);
    const DType type = context.input(8).present() ? context.input(8).dtype : DType::float32;
    if (!a.shape || !b.shape)
        return {typeOnly(type)};
    const GemmSizes sizes = sizesOf(context.node, *a.shape, *b.shape);
    return {typed(type, Shape{sizes.m, sizes.n})};
}

/// The bias of each element: one number, one a column, or a whole matrix.
std::int32_t biasAt(const Tensor& bias, const GemmSizes& sizes, std::int64_t row, std::int64_t column)
{
    if (bias.empty())
        return 0;
    const auto codes = bias.data<std::int32_t>();
    const Shape& shape = bias.shape();
    const bool columns = shape.rank() > 0 && shape[shape.rank() - 1] == sizes.n && sizes.n > 1;
    const bool rows = shape.rank() == 2 && shape[0] == sizes.m && sizes.m > 1;
    const std::int64_t width = columns ? sizes.n : 1;
    return codes[static_cast<std::size_t>((rows ? row * width : 0) + (columns ? column : 0))];
}

/// Calls store(index, column, sum) with the biased sums of all elements.
template <typename Store>
void forEachSum(const RunContext& context, const GemmSizes& sizes, Store&& store)
{
    const Tensor a = context.input(0).converted(DType::int32), b = context.input(3).converted(DType::int32);
    const auto left = a.data<std::int32_t>(), right = b.data<std::int32_t>();
    const std::int64_t zeroA = scalarZeroPoint(context, 2);
    const std::vector<std::int32_t> zeroB = channelZeroPoints(context, 5, sizes.n);
    const Tensor& bias = context.input(6);
    for (std::int64_t i = 0; i < sizes.m; ++i) {
        context.control.throwIfStopped();
        for (std::int64_t j = 0; j < sizes.n; ++j) {
            std::int64_t sum = biasAt(bias, sizes, i, j);
            for (std::int64_t k = 0; k < sizes.k; ++k)
                sum += (left[sizes.left(i, k)] - zeroA) *
                       (std::int64_t{right[sizes.right(k, j)]} - zeroB[static_cast<std::size_t>(j)]);
            store(static_cast<std::size_t>(i * sizes.n + j), static_cast<std::size_t>(j), accumulator(sum));
        }
    }
}

std::vector<Tensor> runQGemm(const RunContext& context)
{
    const GemmSizes sizes = sizesOf(context.node, context.input(0).shape(), context.input(3).shape());
    if (context.node.real("alpha", 1) != 1)
        context.fail("alpha other than 1 is not supported");
    const float leftScale = scalarScale(context, 1);
    const std::vector<float> rightScales = channelScales(context, 4, sizes.n);
    if (context.input(7).empty()) {
        Tensor real(DType::float32, Shape{sizes.m, sizes.n});
        const auto out = real.mutableData<float>();
        forEachSum(context, sizes, [&](std::size_t i, std::size_t column, std::int32_t sum) {
            out[i] = static_cast<float>(sum) * (leftScale * rightScales[column]);
        });
        return {real};
    }
    const float outputScale = scalarScale(context, 7);
    const std::int32_t zeroPoint = scalarZeroPoint(context, 8);
    const DType type = context.input(8).dtype();
    const CodeLimits limits = resultCodes(context.node, type);
    Tensor output(type, Shape{sizes.m, sizes.n});
    visitInteger(context.node, type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto out = output.mutableData<T>();
        forEachSum(context, sizes, [&](std::size_t i, std::size_t column, std::int32_t sum) {
            const float multiplier = requantizeMultiplier(leftScale, rightScales[column], outputScale);
            out[i] = static_cast<T>(requantize(sum, multiplier, zeroPoint, limits));
        });
    });
    return {output};
}

std::int64_t countMacs(const InferContext& context, std::span<const ValueInfo> outputs)
{
    const ValueInfo& a = context.input(0);
    if (outputs.empty() || !outputs[0].isStatic() || !a.isStatic() || a.shape->rank() != 2)
        return 0;
    return productOrZero(
        std::array{outputs[0].shape->elements(), (*a.shape)[context.node.integer("transA", 0) != 0 ? 0 : 1]});
}

}

void register_qgemm(Table<Op>& table)
{
    table.add({.id = "com.microsoft::QGemm",
               .traits = {OpTraits::Kind::weighted, 3, 6, -1},
               .exactness = Exactness::exact,
               .infer = inferQGemm,
               .run = runQGemm,
               .macs = countMacs});
}

}
