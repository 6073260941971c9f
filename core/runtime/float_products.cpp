// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_products.h"

#include "core/ops/matmul_geometry.h"
#include "core/runtime/float_elements.h"
#include "core/runtime/float_pool.h"
#include "core/runtime/planar_conv.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// The sum of numbers, lane by lane first.
struct SumLoop
{
    LATHE_INLINE static float run(const float* x, std::int64_t count)
    {
        constexpr std::int64_t lanes = 16;
        std::array<float, lanes> sums{};
        std::int64_t first = 0;
        for (; first + lanes <= count; first += lanes) {
            LATHE_INDEPENDENT
            for (std::int64_t lane = 0; lane < lanes; ++lane)
                sums[static_cast<std::size_t>(lane)] += x[first + lane];
        }
        double sum = 0;
        for (const float one : sums)
            sum += double{one};
        for (; first < count; ++first)
            sum += double{x[first]};
        return static_cast<float>(sum);
    }
};

const float* dataOf(const Tensor& tensor)
{
    return tensor.empty() ? nullptr : tensor.data<float>().data();
}

bool areFloats(std::span<const Tensor> inputs)
{
    for (const Tensor& input : inputs)
        if (!input.empty() && input.dtype() != DType::float32)
            return false;
    return inputs.size() >= 2 && !inputs[0].empty() && !inputs[1].empty();
}

Tensor biasOf(std::span<const Tensor> inputs)
{
    return inputs.size() > 2 ? inputs[2] : Tensor();
}

std::optional<std::vector<Tensor>> runConv(const Node& node, std::span<const Tensor> inputs)
{
    const ConvGeometry geometry = convGeometry(node, inputs[0].shape(), inputs[1].shape());
    const auto conv = planarConv(geometry);
    const Tensor bias = biasOf(inputs);
    if (!conv || (!bias.empty() && bias.elements() != geometry.outChannels))
        return std::nullopt;
    Tensor output(DType::float32, geometry.outputShape());
    conv->run(dataOf(inputs[0]), dataOf(inputs[1]), dataOf(bias), output.mutableData<float>().data());
    return std::vector<Tensor>{output};
}

/// The gradients that are wanted of the first operands, all zero yet.
std::vector<Tensor> zeros(const ReverseContext& context)
{
    std::vector<Tensor> result(context.inputs.size());
    for (std::size_t i = 0; i < result.size(); ++i)
        if (context.wants(i))
            result[i] = Tensor(DType::float32, context.input(i).shape());
    return result;
}

float* writable(std::vector<Tensor>& tensors, std::size_t index)
{
    return index < tensors.size() && !tensors[index].empty() ? tensors[index].mutableData<float>().data()
                                                             : nullptr;
}

std::optional<std::vector<Tensor>> reverseConv(const ReverseContext& context)
{
    const ConvGeometry geometry =
        convGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    const auto conv = planarConv(geometry);
    if (!conv)
        return std::nullopt;
    std::vector<Tensor> result = zeros(context);
    const float* gradient = dataOf(context.gradients[0]);
    conv->reverse(dataOf(context.input(0)), dataOf(context.input(1)), gradient, writable(result, 0),
                  writable(result, 1));
    if (float* bias = writable(result, 2))
        for (std::int64_t row = 0; row < geometry.batch * geometry.outChannels; ++row)
            bias[row % geometry.outChannels] +=
                simdCall<SumLoop>(gradient + row * conv->outPlane(), conv->outPlane());
    return result;
}

std::optional<std::vector<Tensor>> runMatMul(const Node& node, std::span<const Tensor> inputs)
{
    const MatMulGeometry geometry = matMulGeometry(node, inputs[0].shape(), inputs[1].shape());
    Tensor output(DType::float32, geometry.output);
    float* out = output.mutableData<float>().data();
    forEachStrided(geometry.batch, std::array{geometry.leftStrides, geometry.rightStrides},
                   [&](std::int64_t matrix, const auto& at) {
                       multiply(false, false, geometry.m, geometry.n, geometry.k,
                                dataOf(inputs[0]) + at[0] * geometry.m * geometry.k,
                                dataOf(inputs[1]) + at[1] * geometry.k * geometry.n, 0,
                                out + matrix * geometry.m * geometry.n);
                   });
    return std::vector<Tensor>{output};
}

std::optional<std::vector<Tensor>> reverseMatMul(const ReverseContext& context)
{
    const MatMulGeometry geometry =
        matMulGeometry(context.node, context.input(0).shape(), context.input(1).shape());
    std::vector<Tensor> result = zeros(context);
    float *atLeft = writable(result, 0), *atRight = writable(result, 1);
    forEachStrided(geometry.batch, std::array{geometry.leftStrides, geometry.rightStrides},
                   [&](std::int64_t matrix, const auto& at) {
                       const float* gradient =
                           dataOf(context.gradients[0]) + matrix * geometry.m * geometry.n;
                       const std::int64_t l = at[0] * geometry.m * geometry.k,
                                          r = at[1] * geometry.k * geometry.n;
                       if (atLeft)
                           multiply(false, true, geometry.m, geometry.k, geometry.n, gradient,
                                    dataOf(context.input(1)) + r, 1, atLeft + l);
                       if (atRight)
                           multiply(true, false, geometry.k, geometry.n, geometry.m,
                                    dataOf(context.input(0)) + l, gradient, 1, atRight + r);
                   });
    return result;
}

/// Gemm as linear layers have it: A as it stands, alpha and beta 1, and a bias for each column.
bool isPlainGemm(const Node& node, std::span<const Tensor> inputs)
{
    const bool transB = node.integer("transB", 0) != 0;
    if (node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1 || node.real("beta", 1) != 1 ||
        inputs[0].shape().rank() != 2 || inputs[1].shape().rank() != 2 ||
        inputs[0].shape()[1] != inputs[1].shape()[transB ? 1 : 0])
        return false;
    const Tensor bias = biasOf(inputs);
    return bias.empty() || (bias.shape().rank() <= 1 && bias.elements() == inputs[1].shape()[transB ? 0 : 1]);
}

std::optional<std::vector<Tensor>> runGemm(const Node& node, std::span<const Tensor> inputs)
{
    if (!isPlainGemm(node, inputs))
        return std::nullopt;
    const bool transB = node.integer("transB", 0) != 0;
    const std::int64_t m = inputs[0].shape()[0], k = inputs[0].shape()[1],
                       n = inputs[1].shape()[transB ? 0 : 1];
    Tensor output(DType::float32, Shape{m, n});
    float* out = output.mutableData<float>().data();
    const Tensor bias = biasOf(inputs);
    if (!bias.empty())
        for (std::int64_t row = 0; row < m; ++row)
            std::copy_n(dataOf(bias), n, out + row * n);
    multiply(false, transB, m, n, k, dataOf(inputs[0]), dataOf(inputs[1]), 1, out);
    return std::vector<Tensor>{output};
}

std::optional<std::vector<Tensor>> reverseGemm(const ReverseContext& context)
{
    if (!isPlainGemm(context.node, context.inputs))
        return std::nullopt;
    const bool transB = context.node.integer("transB", 0) != 0;
    const float* gradient = dataOf(context.gradients[0]);
    const std::int64_t m = context.input(0).shape()[0], k = context.input(0).shape()[1];
    const std::int64_t n = context.gradients[0].shape()[1];
    std::vector<Tensor> result = zeros(context);
    if (float* at = writable(result, 0))
        multiply(false, !transB, m, k, n, gradient, dataOf(context.input(1)), 0, at);
    if (float* at = writable(result, 1)) {
        if (transB)
            multiply(true, false, n, k, m, gradient, dataOf(context.input(0)), 0, at);
        else
            multiply(true, false, k, n, m, dataOf(context.input(0)), gradient, 0, at);
    }
    if (float* at = writable(result, 2))
        for (std::int64_t i = 0; i < m * n; ++i)
            at[i % n] += gradient[i];
    return result;
}

}

std::optional<std::vector<Tensor>> runProduct(const Node& node, std::span<const Tensor> inputs)
{
    if (!node.domain.empty() || !areFloats(inputs))
        return std::nullopt;
    return node.op == "Conv"     ? runConv(node, inputs)
           : node.op == "MatMul" ? runMatMul(node, inputs)
           : node.op == "Gemm"   ? runGemm(node, inputs)
                                 : std::nullopt;
}

std::optional<std::vector<Tensor>> reverseProduct(const ReverseContext& context)
{
    if (!context.node.domain.empty() || !areFloats(context.inputs))
        return std::nullopt;
    return context.node.op == "Conv"     ? reverseConv(context)
           : context.node.op == "MatMul" ? reverseMatMul(context)
           : context.node.op == "Gemm"   ? reverseGemm(context)
                                         : std::nullopt;
}

std::vector<Tensor> runFloatNode(const Node& node, std::span<const Tensor> inputs, int opset,
                                 const Control& control)
{
    if (auto outputs = runProduct(node, inputs))
        return std::move(*outputs);
    if (auto outputs = runElements(node, inputs))
        return std::move(*outputs);
    if (auto outputs = runPool(node, inputs))
        return std::move(*outputs);
    const Op* op = findOp(node);
    if (!op || !op->run)
        throw Error(ErrorCode::unsupportedOperator, node.label(),
                    {{"op", opId(node)}, {"reason", "it is not known"}});
    return op->run({node, inputs, opset, control});
}

std::vector<Tensor> reverseFloatNode(const ReverseContext& context)
{
    if (auto gradients = reverseProduct(context))
        return std::move(*gradients);
    if (auto gradients = reverseElements(context))
        return std::move(*gradients);
    if (auto gradients = reversePool(context))
        return std::move(*gradients);
    const Reverse* reverse = findReverse(context.node);
    if (!reverse)
        throw Error(ErrorCode::unsupportedOperator, context.node.label(),
                    {{"op", opId(context.node)}, {"reason", "it has no reverse"}});
    return reverse->vjp(context);
}

}
