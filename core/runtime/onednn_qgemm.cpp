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

std::unique_ptr<Kernel> makeQGemm(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QGemm" || node.domain != "com.microsoft" || !integerProductsExact(reason))
        return nullptr;
    const auto matrix = readIntegerMatrix(request, reason);
    if (!matrix)
        return nullptr;
    const auto& [product, rows, depth] = *matrix;
    IntegerPrimitive primitive = describe(rows, depth, product, reason);
    if (!primitive.primitive)
        return nullptr;
    auto kernel =
        makeIntegerKernel(std::move(primitive), product,
                          memory::desc({product.channels, depth}, memory::data_type::s8, memory::format_tag::ab));
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
