// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"
#include "core/runtime/weighted.h"

namespace lathe {

namespace {

using dnnl::memory;

struct DeconvShape {
    memory::desc source, weights, target, bias;
    memory::dims strides, dilations, padBegin, padEnd;
};

auto describeDeconv(const DeconvShape& shape, bool withBias, const dnnl::primitive_attr& attributes)
{
    using dnnl::algorithm;
    using dnnl::deconvolution_forward;
    constexpr auto kind = dnnl::prop_kind::forward_inference;
    const memory::desc bias = withBias ? shape.bias : memory::desc();
#if DNNL_VERSION_MAJOR >= 3
    return deconvolution_forward::primitive_desc(cpuEngine(), kind, algorithm::deconvolution_direct, shape.source,
                                                 shape.weights, bias, shape.target, shape.strides, shape.dilations,
                                                 shape.padBegin, shape.padEnd, attributes);
#else
    return deconvolution_forward::primitive_desc(
        deconvolution_forward::desc(kind, algorithm::deconvolution_direct, shape.source, shape.weights, bias, shape.target,
                                    shape.strides, shape.dilations, shape.padBegin, shape.padEnd),
        attributes, cpuEngine());
#endif
}

/// oneDNN's order of axes: output channels, input channels, kernel; with groups in front.
memory::dims weightDims(const ConvGeometry& geometry)
{
    memory::dims dims{geometry.outPerGroup(), geometry.inPerGroup()};
    if (geometry.groups > 1)
        dims.insert(dims.begin(), geometry.groups);
    dims.insert(dims.end(), geometry.window.kernel.begin(), geometry.window.kernel.end());
    return dims;
}

/// The graph has input channels first.
memory::desc plainWeights(const ConvGeometry& geometry)
{
    const memory::dims dims = weightDims(geometry);
    const std::size_t channelAxis = geometry.groups > 1 ? 1 : 0;
    memory::dims strides(dims.size());
    std::int64_t step = 1;
    for (std::size_t axis = dims.size(); axis-- > channelAxis + 2;) {
        strides[axis] = step;
        step *= dims[axis];
    }
    strides[channelAxis] = step;
    strides[channelAxis + 1] = step * geometry.outPerGroup();
    if (geometry.groups > 1)
        strides[0] = step * geometry.outPerGroup() * geometry.inPerGroup();
    return memory::desc(dims, memory::data_type::f32, strides);
}

std::unique_ptr<Kernel> makeWithLayout(const StepRequest& request, const ConvGeometry& geometry, Layout layout,
                                       std::string& reason)
{
    const Shape& output = request.shape(request.outputs[0]);
    const Window& window = geometry.window;
    DeconvShape shape;
    shape.source = dnnlDesc(request.shape(request.node.inputs[0]), layout);
    shape.target = dnnlDesc(output, layout);
    shape.weights = dnnlAny(weightDims(geometry));
    shape.bias = memory::desc({geometry.outChannels}, memory::data_type::f32, memory::format_tag::a);
    shape.strides = window.stride;
    for (const std::int64_t dilation : window.dilation)
        shape.dilations.push_back(dilation - 1);
    shape.padBegin = window.padBegin;
    shape.padEnd = window.padEnd;
    dnnl::post_ops operations;
    appendActivation(operations, request.activation);

    WeightedParts parts;
    parts.fused = makeWeightedPrimitive(
        dnnlAttributes(operations),
        [&](const dnnl::primitive_attr& attributes) { return describeDeconv(shape, request.bias.valid(), attributes); },
        reason);
    if (!parts.fused)
        return nullptr;
    parts.weight = request.node.inputs[1];
    parts.bias = request.bias;
    parts.channels = geometry.outChannels;
    parts.weightChannelAxis = 1;
    parts.plainWeights = plainWeights(geometry);
    parts.activation = request.activation;
    auto kernel = std::make_unique<WeightedKernel>(std::move(parts));
    kernel->inputs = {{request.node.inputs[0], layout}};
    kernel->constants = {request.node.inputs[1]};
    if (request.bias.valid())
        kernel->constants.push_back(request.bias);
    kernel->outputLayouts = {layout};
    return kernel;
}

/// Real numbers only: no runtime that we deploy to has an integer kernel for it.
std::unique_ptr<Kernel> makeDeconv(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "ConvTranspose" || !node.domain.empty())
        return nullptr;
    if (!request.isFloat(node.inputs[0]) || !request.isConstant(node.inputs[1]) || request.residual.valid()) {
        reason = "its weights are not constant float numbers, or an addition follows";
        return nullptr;
    }
    const ConvGeometry geometry =
        convTransposeGeometry(node, request.shape(node.inputs[0]), request.shape(node.inputs[1]));
    const bool plainBias = !request.bias.valid() || (request.isConstant(request.bias) &&
                                                     request.shape(request.bias).elements() == geometry.outChannels);
    if (geometry.window.rank() > 3 || !plainBias || request.shape(request.outputs[0]).elements() == 0) {
        reason = "the form of its operands";
        return nullptr;
    }
    for (const Layout layout : {Layout::channelsLast, Layout::plain})
        if (auto kernel = makeWithLayout(request, geometry, layout, reason))
            return kernel;
    return nullptr;
}

}

void register_onednn_deconv(Table<KernelEntry>& table)
{
    table.add({"onednn_deconv", makeDeconv});
}

}
