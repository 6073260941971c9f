// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/weighted.h"

namespace lathe {

namespace {

using dnnl::memory;

/// Rows [M, K] times a constant matrix.
struct Product {
    std::int64_t rows = 0, depth = 0, channels = 0;
    bool transposeWeight = false;   ///< the constant is [K, N]
    float alpha = 1, beta = 1;
};

auto describeProduct(const Product& product, bool withBias, const dnnl::primitive_attr& attributes)
{
    using dnnl::inner_product_forward;
    constexpr auto kind = dnnl::prop_kind::forward_inference;
    const memory::desc source = dnnlDesc({product.rows, product.depth}, Layout::plain);
    const memory::desc target = dnnlDesc({product.rows, product.channels}, Layout::plain);
    const memory::desc weights = dnnlAny({product.channels, product.depth});
    const memory::desc bias =
        withBias ? memory::desc({product.channels}, memory::data_type::f32, memory::format_tag::a) : memory::desc();
#if DNNL_VERSION_MAJOR >= 3
    return inner_product_forward::primitive_desc(cpuEngine(), kind, source, weights, bias, target, attributes);
#else
    return inner_product_forward::primitive_desc(inner_product_forward::desc(kind, source, weights, bias, target),
                                                 attributes, cpuEngine());
#endif
}

/// Nothing, with the reason, for other operators and forms.
std::optional<Product> productOf(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool gemm = node.op == "Gemm";
    if (!node.domain.empty() || (!gemm && node.op != "MatMul"))
        return std::nullopt;
    if (!request.isFloat(node.inputs[0]) || !request.isConstant(node.inputs[1])) {
        reason = "its second matrix is not constant float numbers";
        return std::nullopt;
    }
    const Shape& left = request.shape(node.inputs[0]);
    const Shape& right = request.shape(node.inputs[1]);
    if (right.rank() != 2 || left.rank() < 2 || (gemm && node.integer("transA", 0) != 0)) {
        reason = "the form of its matrices";
        return std::nullopt;
    }
    Product product;
    product.depth = left[left.rank() - 1];
    product.rows = left.elements(0, left.rank() - 1);
    product.transposeWeight = !gemm || node.integer("transB", 0) == 0;
    product.channels = right[product.transposeWeight ? 1 : 0];
    if (gemm) {
        product.alpha = node.real("alpha", 1);
        product.beta = node.input(2).valid() ? node.real("beta", 1) : 1;
    }
    return product;
}

bool biasFits(const StepRequest& request, std::int64_t channels)
{
    if (!request.bias.valid())
        return true;
    const Shape& shape = request.shape(request.bias);
    const std::int64_t last = shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
    return request.isConstant(request.bias) && (shape.elements() == 1 || (shape.elements() == channels && last == channels));
}

std::unique_ptr<Kernel> makeProduct(const StepRequest& request, std::string& reason)
{
    const std::optional<Product> product = productOf(request, reason);
    if (!product)
        return nullptr;
    if (product->rows == 0 || product->depth == 0 || product->channels == 0 || !biasFits(request, product->channels)) {
        reason = "the bias is not one constant number a column";
        return nullptr;
    }
    dnnl::post_ops operations;
    if (request.residual.valid())
        operations.append_sum(1.0f);
    appendActivation(operations, request.activation);
    WeightedParts parts;
    parts.fused = makeWeightedPrimitive(
        dnnlAttributes(operations),
        [&](const dnnl::primitive_attr& attributes) {
            return describeProduct(*product, request.bias.valid(), attributes);
        },
        reason);
    if (!parts.fused)
        return nullptr;
    if (request.switchable)
        parts.raw = makeWeightedPrimitive(
            dnnlAttributes({}),
            [&](const dnnl::primitive_attr& attributes) { return describeProduct(*product, false, attributes); }, reason);
    parts.weight = request.node.inputs[1];
    parts.bias = request.bias;
    parts.transposeWeight = product->transposeWeight;
    parts.weightChannelAxis = product->transposeWeight ? 1 : 0;
    parts.channels = product->channels;
    parts.weightFactor = product->alpha;
    parts.biasFactor = product->beta;
    parts.plainWeights = dnnlDesc({product->channels, product->depth}, Layout::plain);
    parts.activation = request.activation;
    parts.hasResidual = request.residual.valid();

    auto kernel = std::make_unique<WeightedKernel>(std::move(parts));
    kernel->inputs = {{request.node.inputs[0], Layout::plain}};
    if (request.residual.valid())
        kernel->inputs.push_back({request.residual, Layout::plain});
    kernel->constants = {request.node.inputs[1]};
    if (request.bias.valid())
        kernel->constants.push_back(request.bias);
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_onednn_inner_product(Table<KernelEntry>& table)
{
    table.add({"onednn_inner_product", makeProduct});
}

}
