// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"
#include "core/runtime/weighted.h"

namespace lathe {

namespace {

using dnnl::memory;

/// The descriptors of one convolution.
struct ConvShape {
    memory::desc source, weights, target, bias;
    memory::dims strides, dilations, padBegin, padEnd;
};

auto describeConv(const ConvShape& shape, bool withBias, const dnnl::primitive_attr& attributes)
{
    using dnnl::algorithm;
    using dnnl::convolution_forward;
    constexpr auto kind = dnnl::prop_kind::forward_inference;
    const memory::desc bias = withBias ? shape.bias : memory::desc();
#if DNNL_VERSION_MAJOR >= 3
    return convolution_forward::primitive_desc(cpuEngine(), kind, algorithm::convolution_direct, shape.source,
                                               shape.weights, bias, shape.target, shape.strides, shape.dilations,
                                               shape.padBegin, shape.padEnd, attributes);
#else
    return convolution_forward::primitive_desc(
        convolution_forward::desc(kind, algorithm::convolution_direct, shape.source, shape.weights, bias, shape.target,
                                  shape.strides, shape.dilations, shape.padBegin, shape.padEnd),
        attributes, cpuEngine());
#endif
}

memory::dims weightDims(const ConvGeometry& geometry)
{
    memory::dims dims{geometry.outChannels, geometry.inPerGroup()};
    if (geometry.groups > 1)
        dims = {geometry.groups, geometry.outPerGroup(), geometry.inPerGroup()};
    dims.insert(dims.end(), geometry.window.kernel.begin(), geometry.window.kernel.end());
    return dims;
}

ConvShape convShape(const ConvGeometry& geometry, const Shape& input, const Shape& output, Layout layout)
{
    const Window& window = geometry.window;
    ConvShape shape;
    shape.source = dnnlDesc(input, layout);
    shape.target = dnnlDesc(output, layout);
    shape.weights = dnnlAny(weightDims(geometry));
    shape.bias = memory::desc({geometry.outChannels}, memory::data_type::f32, memory::format_tag::a);
    shape.strides = window.stride;
    for (const std::int64_t dilation : window.dilation)
        shape.dilations.push_back(dilation - 1);
    shape.padBegin = window.padBegin;
    shape.padEnd = window.padEnd;
    return shape;
}

/// A geometry and shapes with an image of width one turned into a row: the same numbers in memory, and oneDNN forms blocks
/// along rows only.
struct Upright {
    ConvGeometry geometry;
    Shape input, output;
};

Upright turned(const ConvGeometry& geometry, const Shape& input, const Shape& output)
{
    Upright result{geometry, input, output};
    Window& window = result.geometry.window;
    if (window.rank() != 2 || input[3] != 1 || output[3] != 1 || window.kernel[1] != 1)
        return result;
    for (auto* values : {&window.kernel, &window.stride, &window.dilation, &window.padBegin, &window.padEnd})
        std::swap((*values)[0], (*values)[1]);
    result.input = Shape{input[0], input[1], input[3], input[2]};
    result.output = Shape{output[0], output[1], output[3], output[2]};
    return result;
}

bool biasFits(const StepRequest& request, std::int64_t channels)
{
    if (!request.bias.valid())
        return true;
    const std::int64_t elements = request.shape(request.bias).elements();
    return request.isConstant(request.bias) && (elements == channels || elements == 1);
}

std::unique_ptr<Kernel> makeWithLayout(const StepRequest& request, const ConvGeometry& original, Layout layout,
                                       std::string& reason)
{
    const auto [geometry, input, output] =
        turned(original, request.shape(request.node.inputs[0]), request.shape(request.outputs[0]));
    const ConvShape shape = convShape(geometry, input, output, layout);
    dnnl::post_ops operations;
    if (request.residual.valid())
        operations.append_sum(1.0f);
    appendActivation(operations, request.activation);

    WeightedParts parts;
    parts.fused = makeWeightedPrimitive(
        dnnlAttributes(operations),
        [&](const dnnl::primitive_attr& attributes) { return describeConv(shape, request.bias.valid(), attributes); },
        reason);
    if (!parts.fused)
        return nullptr;
    if (request.switchable)
        parts.raw = makeWeightedPrimitive(
            dnnlAttributes({}),
            [&](const dnnl::primitive_attr& attributes) { return describeConv(shape, false, attributes); }, reason);
    parts.weight = request.node.inputs[1];
    parts.bias = request.bias;
    parts.channels = geometry.outChannels;
    std::vector<std::int64_t> dims = weightDims(geometry);
    parts.plainWeights = dnnlDesc(Shape(std::move(dims)), Layout::plain);
    parts.activation = request.activation;
    parts.hasResidual = request.residual.valid();
    parts.inner = layout == Layout::plain ? output.elements(2, output.rank()) : 1;

    auto kernel = std::make_unique<WeightedKernel>(std::move(parts));
    kernel->inputs = {{request.node.inputs[0], layout}};
    if (request.residual.valid())
        kernel->inputs.push_back({request.residual, layout});
    kernel->constants = {request.node.inputs[1]};
    if (request.bias.valid())
        kernel->constants.push_back(request.bias);
    kernel->outputLayouts = {layout};
    return kernel;
}

std::unique_ptr<Kernel> makeConv(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "Conv" || !node.domain.empty())
        return nullptr;
    if (!request.isFloat(node.inputs[0]) || !request.isConstant(node.inputs[1])) {
        reason = "its weights are not constant float numbers";
        return nullptr;
    }
    const ConvGeometry geometry = convGeometry(node, request.shape(node.inputs[0]), request.shape(node.inputs[1]));
    if (geometry.window.rank() > 3 || request.shape(request.outputs[0]).elements() == 0) {
        reason = "oneDNN takes one to three spatial axes";
        return nullptr;
    }
    if (!biasFits(request, geometry.outChannels)) {
        reason = "the bias is not one constant number a channel";
        return nullptr;
    }
    for (const Layout layout : {Layout::channelsLast, Layout::plain})
        if (auto kernel = makeWithLayout(request, geometry, layout, reason))
            return kernel;
    return nullptr;
}

}

void register_onednn_conv(Table<KernelEntry>& table)
{
    table.add({"onednn_conv", makeConv});
}

}
