// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/ops/conv_geometry.h"
#include "core/runtime/integer_weighted.h"

namespace lathe {

namespace {

using dnnl::memory;

memory::desc bytesDesc(const Shape& shape, memory::data_type type)
{
    return memory::desc(dnnlDims(shape), type, stridesOf(shape, Layout::channelsLast));
}

memory::dims weightDims(const ConvGeometry& geometry)
{
    memory::dims dims{geometry.outChannels, geometry.inPerGroup()};
    if (geometry.groups > 1)
        dims = {geometry.groups, geometry.outPerGroup(), geometry.inPerGroup()};
    dims.insert(dims.end(), geometry.window.kernel.begin(), geometry.window.kernel.end());
    return dims;
}

/// How the requantization of one convolution is divided between oneDNN and us.
struct Division
{
    bool foldZeroPoint = false; ///< into the bias: nothing is padded
    bool sums = false;
    std::vector<std::int32_t> bias;
};

Division divide(const IntegerProduct& product, const ConvGeometry& geometry)
{
    Division division{.bias = product.bias};
    if (product.input.zero != 0 && !geometry.window.padded()) {
        division.bias = biasWithZeroPoint(product);
        division.foldZeroPoint = requantizesExactly(product, division.bias, 0, 255);
        if (division.foldZeroPoint)
            return division;
        division.bias = product.bias;
    }
    division.sums =
        !requantizesExactly(product, division.bias, -product.input.zero, 255 - product.input.zero);
    return division;
}

#if DNNL_VERSION_MAJOR < 3
/// Rounds before the zero-point is added: oneDNN's own zero-point of the target comes first and breaks ties
/// otherwise.
dnnl::primitive_attr attributesOf(const IntegerProduct& product, const Division& division)
{
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (product.input.zero != 0 && !division.foldZeroPoint)
        attributes.set_zero_points(DNNL_ARG_SRC, 0, {product.input.zero});
    if (division.sums)
        return attributes;
    attributes.set_output_scales(1 << 1, product.multiplier);
    if (!product.toBytes || (product.zero == 0 && product.low == 0 && product.high == 255))
        return attributes;
    dnnl::post_ops operations;
    operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_round, 0, 0);
    if (product.zero != 0)
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_linear, 1, static_cast<float>(product.zero));
    if (product.low != 0 || product.high != 255)
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_clip, static_cast<float>(product.low),
                                  static_cast<float>(product.high));
    attributes.set_post_ops(operations);
    return attributes;
}

IntegerPrimitive describe(const ConvGeometry& geometry, const Shape& input, const Shape& output,
                          const IntegerProduct& product, const Division& division, std::string& reason)
{
    using type = memory::data_type;
    const type targetType = division.sums ? type::s32 : product.toBytes ? type::u8 : type::f32;
    IntegerPrimitive made;
    made.sums = division.sums;
    made.bias = division.bias;
    made.withBias =
        !division.sums && std::ranges::any_of(division.bias, [](std::int32_t code) { return code != 0; });
    memory::dims dilations;
    for (const std::int64_t dilation : geometry.window.dilation)
        dilations.push_back(dilation - 1);
    const memory::desc bias = made.withBias
                                  ? memory::desc({geometry.outChannels}, type::s32, memory::format_tag::a)
                                  : memory::desc();
    try {
        const dnnl::convolution_forward::primitive_desc description(
            {dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
             bytesDesc(input, type::u8),
             memory::desc(weightDims(geometry), type::s8, memory::format_tag::any), bias,
             bytesDesc(output, targetType), geometry.window.stride, dilations, geometry.window.padBegin,
             geometry.window.padEnd},
            attributesOf(product, division), cpuEngine());
        if (isSlowImplementation(description.impl_info_str())) {
            reason = "oneDNN has only its plain loops for it";
            return {};
        }
        made.source = description.src_desc();
        made.weights = description.weights_desc();
        made.target = description.dst_desc();
        made.scratchpad = description.scratchpad_desc();
        made.primitive = dnnl::primitive(description);
        return made;
    } catch (const dnnl::error& error) {
        reason = std::string("oneDNN refuses it: ") + error.what();
        return {};
    }
}
#else
IntegerPrimitive describe(const ConvGeometry&, const Shape&, const Shape&, const IntegerProduct&,
                          const Division&, std::string&)
{
    return {};
}
#endif

std::unique_ptr<Kernel> makeQLinearConv(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QLinearConv" || !node.domain.empty())
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const ConvGeometry geometry = convGeometry(node, input, request.shape(node.inputs[3]));
    const Shape& output = request.shape(request.outputs[0]);
    if (geometry.window.rank() > 3 || output.elements() == 0 || input.elements() == 0) {
        reason = "oneDNN takes one to three spatial axes";
        return nullptr;
    }
    if (!integerProductsExact(reason))
        return nullptr;
    const auto product = readIntegerProduct(request, 6, 8, geometry.outChannels, reason);
    if (!product)
        return nullptr;
    Division division = divide(*product, geometry);
    IntegerPrimitive primitive = describe(geometry, input, output, *product, division, reason);
    if (!primitive.primitive)
        return nullptr;
    memory::dims dims = weightDims(geometry);
    const memory::desc plain(dims, memory::data_type::s8, Shape(dims).strides());
    return onImages(makeIntegerKernel(std::move(primitive), *product, plain), node);
}

}

void register_onednn_qlinear_conv(Table<KernelEntry>& table)
{
    table.add({"onednn_qlinear_conv", makeQLinearConv});
}

}
