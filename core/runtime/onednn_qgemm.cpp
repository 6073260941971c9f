// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/integer_weighted.h"

namespace lathe {

namespace {

using dnnl::memory;

/// The sums of rows [M, K] of bytes times constant weights [N, K]; requantizing them costs little next to
/// that.
IntegerPrimitive describe(std::int64_t rows, std::int64_t depth, const IntegerProduct& product,
                          std::string& reason)
{
    IntegerPrimitive made;
    made.sums = true;
    made.bias = biasWithZeroPoint(product);
#if DNNL_VERSION_MAJOR < 3
    using type = memory::data_type;
    try {
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        const dnnl::inner_product_forward::primitive_desc description(
            {dnnl::prop_kind::forward_inference,
             memory::desc({rows, depth}, type::u8, memory::format_tag::ab),
             memory::desc({product.channels, depth}, type::s8, memory::format_tag::any),
             memory::desc({rows, product.channels}, type::s32, memory::format_tag::ab)},
            attributes, cpuEngine());
        if (isSlowImplementation(description.impl_info_str())) {
            reason = "oneDNN has only its plain loops for it";
            return {};
        }
        made.source = description.src_desc();
        made.weights = description.weights_desc();
        made.target = description.dst_desc();
        made.scratchpad = description.scratchpad_desc();
        made.primitive = dnnl::primitive(description);
    } catch (const dnnl::error& error) {
        reason = std::string("oneDNN refuses it: ") + error.what();
    }
#else
    static_cast<void>(rows);
    static_cast<void>(depth);
    static_cast<void>(reason);
#endif
    return made;
}

/// [K, N] as [N, K].
Tensor transposed(const Tensor& weights)
{
    const std::int64_t depth = weights.shape()[0], channels = weights.shape()[1];
    Tensor result(DType::int8, Shape{channels, depth});
    const auto from = weights.data<std::int8_t>();
    const auto to = result.mutableData<std::int8_t>();
    for (std::int64_t k = 0; k < depth; ++k)
        for (std::int64_t c = 0; c < channels; ++c)
            to[static_cast<std::size_t>(c * depth + k)] = from[static_cast<std::size_t>(k * channels + c)];
    return result;
}

std::unique_ptr<Kernel> makeQGemm(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QGemm" || node.domain != "com.microsoft")
        return nullptr;
    const bool channelsFirst = node.integer("transB", 0) != 0;
    const Shape& weightShape = request.shape(node.inputs[3]);
    const std::int64_t channels = weightShape[channelsFirst ? 0 : 1],
                       depth = weightShape[channelsFirst ? 1 : 0];
    const std::int64_t rows = request.shape(node.inputs[0])[0];
    if (node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1 || rows == 0 || channels == 0 ||
        depth == 0) {
        reason = "the form of its matrices";
        return nullptr;
    }
    auto product = readIntegerProduct(request, 7, 6, channels, reason);
    if (!product)
        return nullptr;
    if (!channelsFirst)
        product->weights = transposed(product->weights);
    IntegerPrimitive primitive = describe(rows, depth, *product, reason);
    if (!primitive.primitive)
        return nullptr;
    auto kernel =
        makeIntegerKernel(std::move(primitive), *product,
                          memory::desc({channels, depth}, memory::data_type::s8, memory::format_tag::ab));
    kernel->inputs = {{node.inputs[0], Layout::plain}};
    kernel->constants = {node.inputs[3]};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_onednn_qgemm(Table<KernelEntry>& table)
{
    table.add({"onednn_qgemm", makeQGemm});
}

}
